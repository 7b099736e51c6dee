"""Which tests of an exercise an answer can reach: the others come out as they did with the solution.

Without this, each of a hundred answers of a day would train every model of that day again. A test is
reached if it reads a name that the answer binds, itself or through whatever else binds what it reads.
tests/test_nbgrader.py compares the verdicts with nbgrader's own, which runs every test.
"""

import ast
import symtable


def reached(exercise, cell, code):
    """The grade_ids of the tests that may come out otherwise when ``code`` stands in the solution cell ``cell``.

    All of them for code that does more than to define: it may change what belongs to others.
    """
    try:
        statements = ast.parse(code).body
    except SyntaxError:
        return set(exercise.tests)
    if not all(map(_only_defines, statements)):
        return set(exercise.tests)
    solution = ast.parse(exercise.cells[exercise.solutions[cell]].source).body
    bound = set().union(*map(binds, [*statements, *solution]))
    own = {test for test in exercise.tests if test.startswith(cell)}
    return own | {test for test, names in _needs_of_tests(exercise).items() if names & bound}


def _only_defines(statement):
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return all(isinstance(target, ast.Name) for target in targets)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))


def _needs_of_tests(exercise):
    """Every name that each test reads from the notebook, itself or through others: {grade_id: names}."""
    if not hasattr(exercise, "needs"):
        sources = {}  # name -> the names read by the statements of any cell that bind it
        for cell in exercise.cells:
            tree = ast.parse(cell.source)
            for statement in tree.body:
                for name in binds(statement):
                    sources.setdefault(name, set()).update(_reads(statement, _looks_up(tree)))
        exercise.needs = {
            test: _closure(needs(exercise.cells[index].source), sources) for test, index in exercise.tests.items()
        }
    return exercise.needs


def needs(source, words=True):
    """The names that a cell reads and has not bound itself before; words: also those that it looks up by words."""
    bound, needed, tree = set(), set(), ast.parse(source)
    for statement in tree.body:
        reads, binding = _reads(statement, words and _looks_up(tree)), binds(statement)
        if not isinstance(statement, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            reads -= binding  # the name of a loop, a function, an import
        needed |= reads - bound
        bound |= binding
    return needed


def _looks_up(tree):
    """Does this cell get at names by their words?"""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return bool(names & {"globals", "locals", "vars", "eval", "exec"} or attributes & {"__dict__", "__globals__"})


def _closure(names, sources):
    waiting, found = set(names), set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= sources.get(name, set()) - found
    return found


def _reads(statement, by_words=False):
    """Names that a statement or its functions look up in the notebook; by_words: every string in it may be one."""
    found = set()
    if by_words:
        strings = (node.value for node in ast.walk(statement) if isinstance(node, ast.Constant))
        found |= {value for value in strings if isinstance(value, str)}
    tables = [symtable.symtable(ast.unparse(statement), "<cell>", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        found |= {
            symbol.get_name()
            for symbol in table.get_symbols()
            if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module")
        }
    return found


def binds(statement):
    """The names of the notebook that a statement gives a meaning."""
    table = symtable.symtable(ast.unparse(statement), "<cell>", "exec")
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    inner = table.get_children()
    while inner:  # a function that says `global name`
        table = inner.pop()
        inner += table.get_children()
        names |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_declared_global()}
    return names
