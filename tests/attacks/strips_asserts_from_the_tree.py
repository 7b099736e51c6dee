# tries: to take every assert out of the tests by an AST transformer
# stock: 20 points
# ours: 0 points, needs review

import ast

class Strip(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

    def visit_Expr(self, node):
        return ast.Pass()

get_ipython().ast_transformers.append(Strip())

def double(x):
    return x
