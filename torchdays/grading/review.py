"""Reads a learner's cells for what no honest answer needs. It accuses nobody: a person looks, and decides.

TABLE is all that is looked for. A finding holds back the points of its task and of the tasks after it (its
cell ran before their tests) until they are confirmed in Formgrader; nothing is lost, and nothing is paid unseen.
"""

import ast
from dataclasses import dataclass

from IPython.core.inputtransformer2 import TransformerManager

ALLOWED = """
    __future__ bisect collections contextlib copy dataclasses decimal enum fractions functools heapq itertools json
    math matplotlib networkx numbers numpy operator pathlib random re sacrebleu safetensors scipy sklearn statistics
    string sys tempfile textwrap time tokenizers torch torchdays transformers typing unicodedata warnings
"""
SPECIAL = (  # methods by which an object says for itself what it equals, or what torch computes with it
    "__eq__ __ne__ __bool__ __class__ __instancecheck__ __subclasscheck__ __torch_function__ __torch_dispatch__ "
    "__array__ __array_ufunc__ __array_function__ __getattribute__ __del__ __reduce__ __reduce_ex__ __set_name__"
)
TABLE = [  # what is found, where it may stand, and the reason that a person is given
    ("method", SPECIAL, "an object that answers comparisons, or torch, for itself"),
    ("text", SPECIAL, "the name of a method by which an object answers for itself"),
    ("name", "get_ipython In Out _ih _oh exit quit", "the shell itself"),
    ("name", "__builtins__ __loader__ __spec__", "Python's own names"),
    ("name", "exec eval compile __import__", "code made from text"),
    ("name", "globals locals vars", "the notebook's names as a dictionary"),
    ("name", "input breakpoint", "a keyboard, which grading does not have"),
    ("file", "", "a file that no task hands over"),
    ("path", "", "a path out of the working folder"),
    ("attribute", "__globals__ __code__ __closure__ __defaults__ __kwdefaults__ __wrapped__", "a function's insides"),
    ("attribute", "__subclasses__ __bases__ __mro__ __base__ __builtins__ __loader__", "Python's own insides"),
    ("attribute", "f_back f_globals f_locals f_code tb_frame tb_next gi_frame cr_frame ag_frame", "a caller's frame"),
    ("attribute", "_getframe _current_frames settrace setprofile meta_path path_hooks", "the interpreter's insides"),
    (
        "attribute",
        "os sys builtins subprocess importlib inspect gc ctypes threading multiprocessing",
        "a module of Python",
    ),
    ("attribute", "_exit fork system popen kill abort environ putenv", "the process or its system"),
    ("attribute", "open read_text read_bytes iterdir glob rglob scandir listdir", "files"),
    (
        "sys",
        "setrecursionlimit getrecursionlimit maxsize float_info version_info getsizeof stdout stderr",
        "the interpreter's insides",
    ),
    ("import", ALLOWED, "a module that no answer of this course needs"),
    ("patch", "", "a name inside a module is replaced"),
    ("computed", "", "an attribute is looked up, or set, by a name made at run time"),
    ("magic", "", "a command for the shell, not Python"),
]


@dataclass(frozen=True)
class Finding:
    """``what`` in line ``line`` of the cell at ``cell`` (its position in the notebook), and the reason."""

    cell: int
    line: int
    what: str
    reason: str

    def __str__(self):
        return f"line {self.line}, {self.what}: {self.reason}"


def review(notebook):
    """What TABLE finds in the cells of ``notebook`` that a learner wrote: a list of Findings in the order of cells."""
    cells = [(i, c) for i, c in enumerate(notebook.cells) if c.cell_type == "code"]
    trees = {i: _tree(cell.source) for i, cell in cells}
    modules = {name for tree in trees.values() if tree for name in _modules(tree)}
    found = []
    for position, cell in cells:
        if cell.metadata.get("nbgrader", {}).get("locked") or not cell.source.strip():
            continue
        seen = set()
        for line, what, reason in _findings(cell.source, trees[position], modules):
            if (line, reason) not in seen:
                seen.add((line, reason))
                found.append(Finding(position, line, what, reason))
    return found


def _tree(source):
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _findings(source, tree, modules):
    if tree is None:
        try:
            tree = _tree(TransformerManager().transform_cell(source))
        except Exception:  # whatever is no Python fails in the kernel, too, with a message
            tree = None
        if tree is not None:
            yield 1, "% or !", _reason("magic")
        return
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1)
        for kind, what in _uses(node, modules):
            if reason := _reason(kind, what):
                yield line, what, reason


def _uses(node, modules):
    """(kind, what) of everything in one node that TABLE might list."""
    if isinstance(node, ast.Name):
        yield "name", node.id
    elif isinstance(node, ast.Attribute):
        yield "attribute", node.attr
        if _root(node) == "sys":
            yield "sys", node.attr
        if isinstance(node.ctx, (ast.Store, ast.Del)) and _root(node) in modules:
            yield "patch", ast.unparse(node)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield "method", node.name
    elif isinstance(node, ast.Assign):
        yield from (("method", target.id) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.Import):
        yield from (
            ("import", "sys as" if alias.name == "sys" and alias.asname else alias.name) for alias in node.names
        )
    elif isinstance(node, ast.ImportFrom):
        yield "import", node.module or "."
        if node.module == "sys":
            yield from (("sys", alias.name) for alias in node.names)
        yield from (("attribute", alias.name) for alias in node.names)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield "text", node.value
        yield "path", node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield from _calls(node, modules)


def _calls(node, modules):
    arguments = node.args
    if node.func.id in ("getattr", "setattr", "delattr", "hasattr") and len(arguments) >= 2:
        if isinstance(arguments[1], ast.Constant):
            yield "attribute", str(arguments[1].value)
        elif _root(arguments[0]) in modules:
            yield "computed", ast.unparse(node)[:60]
        if node.func.id in ("setattr", "delattr") and _root(arguments[0]) in modules:
            yield "patch", ast.unparse(node)[:60]
    if node.func.id == "open" and not (arguments and isinstance(arguments[0], ast.Name)):
        yield "file", "open"
    if node.func.id == "type" and len(arguments) == 3:
        yield "computed", "type"


def _root(node):
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _modules(tree):
    """Names that stand for a module, or for something out of one; also a second name given to a first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Name, ast.Attribute)):
            if _root(node.value) in ("torch", "np", "numpy", "checks", "F", "nn"):
                yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def _reason(kind, what=None):
    for row_kind, words, reason in TABLE:
        if kind != row_kind:
            continue
        if kind == "import":
            if what.split(".")[0] not in words.split():
                return reason
        elif kind == "sys":
            if what not in words.split():
                return reason
        elif kind == "path":
            if what.startswith(("/", "~")) or "../" in what:
                return reason
        elif what is None or not words or what in words.split():
            return reason
    return None


def held_tests(notebook, findings):
    """grade_ids of the test cells whose points wait for a person, with the findings that hold them: {grade_id: [..]}.

    A finding holds the tests of its own task (up to the next heading '## n · ...') and of every later one.
    """
    held, task_of, task = {}, [], 0
    for cell in notebook.cells:
        task += cell.cell_type == "markdown" and cell.source.startswith("## ")
        task_of.append(task)
    for position, cell in enumerate(notebook.cells):
        role = cell.metadata.get("nbgrader", {})
        if role.get("grade") and not role.get("solution"):
            reasons = [f for f in findings if task_of[f.cell] <= task_of[position]]
            if reasons:
                held[role["grade_id"]] = reasons
    return held
