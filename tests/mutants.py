"""Makes mutants of a solution cell: one small change each, of the kinds that people make by mistake.

Libraries for mutation testing (mutmut, cosmic-ray) mutate modules under a pytest run and cannot
see a cell of a notebook, nor keep the solution warm between mutants; hence these few classes.
"""

import ast
import copy
from dataclasses import dataclass

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "amax": "amin",
    "amin": "amax",
    "argmax": "argmin",
    "argmin": "argmax",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "sin": "cos",
    "cos": "sin",
    "exp": "log",
    "log": "exp",
    "any": "all",
    "all": "any",
    "train": "eval",
    "eval": "train",
}
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Assert, ast.Raise, ast.Delete)


@dataclass(frozen=True)
class Mutant:
    """A cell's code with one change, and the change in words: 'old statement -> new statement'."""

    change: str
    code: str


def mutants(source):
    """Every mutant of ``source``, changed between BEGIN SOLUTION and END SOLUTION only."""
    inside = _solution_lines(source)
    tree = ast.parse(source)
    found, seen = [], {source}
    for path, node in _walk(tree):
        if getattr(node, "lineno", None) not in inside:
            continue
        for changed in _changes(node):
            mutated = _replace(tree, path, changed)
            try:
                code = ast.unparse(mutated)
                compile(code, "<mutant>", "exec")
            except (SyntaxError, ValueError):
                continue
            statement = _statement(path)
            old, new = (_heading(_at(root, statement)) for root in (tree, mutated))
            if code not in seen:
                seen.add(code)
                found.append(Mutant(f"{old} -> {new}", code))
    return found


def _solution_lines(source):
    lines, inside = set(), False
    for number, line in enumerate(source.splitlines(), start=1):
        if "### BEGIN SOLUTION" in line:
            inside = True
        elif "### END SOLUTION" in line:
            inside = False
        elif inside:
            lines.add(number)
    return lines


def _walk(node, path=()):
    """Every node below ``node`` with the path that leads to it; docstrings left out."""
    for name, value in ast.iter_fields(node):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _is_docstring(child):
                yield (*path, (name, index)), child
                yield from _walk(child, (*path, (name, index)))


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _changes(node):
    """The nodes that may stand in place of ``node``."""
    if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and type(node.op) in OPERATORS:
        yield _with(node, op=OPERATORS[type(node.op)]())
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            if type(operator) in OPERATORS:
                ops = list(node.ops)
                ops[index] = OPERATORS[type(operator)]()
                yield _with(node, ops=ops)
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    if isinstance(node, ast.Constant):
        yield from (_with(node, value=value) for value in _other_values(node.value))
    if isinstance(node, (ast.Attribute, ast.Name)):
        field = "attr" if isinstance(node, ast.Attribute) else "id"
        if getattr(node, field) in NAMES:
            yield _with(node, **{field: NAMES[getattr(node, field)]})
    if isinstance(node, ast.Call):
        for index in range(len(node.keywords)):
            yield _with(node, keywords=node.keywords[:index] + node.keywords[index + 1 :])
        if len(node.args) == 2 and not any(isinstance(a, ast.Starred) for a in node.args):
            yield _with(node, args=node.args[::-1])
    if isinstance(node, (ast.If, ast.IfExp)):
        yield from (_with(node, test=ast.Constant(value)) for value in (True, False))
    if isinstance(node, SIMPLE):
        yield ast.Pass()


def _other_values(value):
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, float):
        yield from (value * 2 + 1, -value) if value else (1.0,)


def _with(node, **fields):
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _at(tree, path):
    for name, index in path:
        tree = getattr(tree, name)
        tree = tree if index is None else tree[index]
    return tree


def _replace(tree, path, changed):
    tree = copy.deepcopy(tree)
    *above, (name, index) = path
    parent = _at(tree, above)
    if index is None:
        setattr(parent, name, copy.deepcopy(changed))
    else:
        getattr(parent, name)[index] = copy.deepcopy(changed)
    return ast.fix_missing_locations(tree)


def _statement(path):
    """The path to the statement that holds the node at ``path``."""
    last = max(
        i for i, (name, index) in enumerate(path) if name in ("body", "orelse", "finalbody") and index is not None
    )
    return path[: last + 1]


def _heading(statement):
    return ast.unparse(statement).splitlines()[0]
