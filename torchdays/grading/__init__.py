"""Grading: nbgrader's own steps, one submission at a time, so that none stops the others."""

import sys

# importing jsonschema compiles a grammar of web addresses that no notebook needs: half of the time of a start
sys.modules.setdefault("rfc3987_syntax", None)
