"""Grading: nbgrader's own steps, one submission at a time, so that none stops the others."""
