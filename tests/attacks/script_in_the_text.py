# tries: to run a script in the browser of whoever reads its text
# stock: 0 points
# ours: 0 points, graded
from nbformat.v4 import new_markdown_cell

SCRIPT = """<script>document.title = 'REACHED'</script> <img src=x onerror="document.title='REACHED'">
[click](javascript:document.title='REACHED') <iframe srcdoc="<script>parent.document.title='REACHED'</script>"></iframe>"""


def damage(notebook):
    notebook.cells.insert(0, new_markdown_cell(SCRIPT, id="script"))
