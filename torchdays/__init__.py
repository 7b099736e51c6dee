"""The little code that TorchDays' notebooks, grading and tests share."""
