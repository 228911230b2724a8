"""Many expressions at one place of a function, one after the other, without compiling the whole of it for each."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from types import CodeType

from gradlab.diagnosis.edits import Edit
from gradlab.diagnosis.sources import Source, located
from gradlab.diagnosis.trees import Place, loaded

ASK, LOCALS = "_gradlab_ask", "_gradlab_locals"
# What has names of its own, which an expression that is evaluated there does not see.
SCOPES = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda | ast.NamedExpr


@dataclass(frozen=True)
class Switch:
    """The code of a function that asks, at one place, for the value of the expression that is chosen."""

    source: Source
    code: CodeType

    @classmethod
    def at(cls, source: Source, place: Place) -> Switch | None:
        """For this place; None if what is there is no expression, or has names of its own around it."""
        scopes = (node for node in ast.walk(place.statement) if isinstance(node, SCOPES))
        inside = any(node is place.node for scope in scopes for node in ast.walk(scope))
        if inside or not loaded(place.node) or isinstance(place.node, ast.Slice | ast.Starred):
            return None
        values = ast.Call(ast.Name(LOCALS, ast.Load()), [], [])
        with Edit(place, ast.Call(ast.Name(ASK, ast.Load()), [values], [])):
            return cls(source, source.compiled())

    def turn(self, new: ast.AST) -> bool:
        """Let the functions run with this expression there; False if it must be compiled with the whole."""
        if not isinstance(new, ast.expr) or any(isinstance(node, SCOPES) for node in ast.walk(new)):
            return False
        for node in ast.walk(new):
            located(node)
        expression = compile(ast.Expression(new), self.source.code.co_filename, "eval")
        space = self.source.functions[0].__globals__
        space[LOCALS], space[ASK] = locals, lambda values: eval(expression, space, values)
        self.source.put(self.code)
        return True
