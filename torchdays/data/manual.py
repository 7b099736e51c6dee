"""The language part of Python's own manual, as every Python carries it for `help()`."""

from pydoc_data.topics import topics


def manual():
    """Pages of the Python manual: {title: text}, about 80 pages and 460,000 characters, in the order of their titles.

    Source: the Python Software Foundation, The Python Language Reference, as pydoc_data carries it; the text
    belongs to the Python that runs this, so it changes a little from version to version.
    """
    return dict(sorted(topics.items()))
