"""What may stand in place of one expression or statement: the slips that people make, undone."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gradlab.diagnosis.trees import NAMED, binary, filled, indices_of, loaded

Nodes = Iterator[ast.AST]

MOST_AXES = 5  # of the largest array of which a sum over several axes is written by hand
MOST_NODES = 12  # nodes of an expression that is moved elsewhere
OTHER_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.MatMult),
    ast.Div: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
OTHER_NAMES = [
    {"sum", "mean"},
    {"maximum", "minimum", "fmax"},
    {"max", "min"},
    {"argmax", "argmin"},
    {"sin", "cos", "tan"},
    {"sinh", "cosh", "tanh"},
    {"exp", "log", "expm1", "log1p"},
    {"zeros", "ones"},
    {"triu", "tril"},
    {"inner", "outer", "dot"},
    {"abs", "sign"},
    {"var", "std"},
    {"sqrt", "square"},
    {"real", "imag"},
    {"vstack", "hstack"},
    {"repeat", "tile"},
    {"fft", "ifft"},
    {"fft2", "ifft2"},
    {"fftn", "ifftn"},
]
OF_AN_AXIS = {"sum", "mean", "max", "min", "var", "std", "prod"}
WRAPS = (
    "{}.T",
    "{}.swapaxes(-1, -2)",
    "{}.conj()",
    "{}.sum(axis=0)",
    "{}.sum(axis=-1)",
    "{}.sum(axis=0, keepdims=True)",
    "{}.sum(axis=-1, keepdims=True)",
    "{}.mean(axis=0)",
    "{}.mean(axis=-1)",
    "{}.mean(axis=0, keepdims=True)",
    "{}.mean(axis=-1, keepdims=True)",
    "{0} + {0}.T",
    "({0} + {0}.T) / 2",
    "{}[::-1]",
    "{}.cumsum(axis=0)",
    "{}[::-1].cumsum(axis=0)[::-1]",
    "{}.real",
    "{}.sum()",
    "2 * {}",
    "0.5 * {}",
    "{} ** 2",
    "{} ** 0.5",
    "1 / {}",
    "1 - {}",
    "abs({})",
)
SLOPES = ("(1 - {0} ** 2)", "({0} * (1 - {0}))", "({0} > 0)")
FACTORS = ("{0}", "1 - {0}", "1 + {0}", "1 - {0} ** 2", "{0} * (1 - {0})", "{0} > 0", "{0} ** 2", "{0} ** 3")


def statements(numpy: str) -> Callable[[Any], Nodes]:
    """Slips of a whole statement: = for +=, another operator, np.add.at, or nothing done; NumPy is called `numpy`."""

    def make(node: Any) -> Nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name | ast.Subscript | ast.Attribute):
                yield ast.AugAssign(target, ast.Add(), node.value)
        if isinstance(node, ast.AugAssign):
            for other in OTHER_OPERATORS.get(type(node.op), ()):
                if other is not ast.MatMult:
                    yield ast.AugAssign(node.target, other(), node.value)
            yield ast.Assign([node.target], node.value)
            if isinstance(node.target, ast.Subscript) and isinstance(node.op, ast.Add | ast.Sub):
                at = f"{numpy}.{'add' if isinstance(node.op, ast.Add) else 'subtract'}.at"
                made = ast.parse(f"{at}(_a, _b, _c)").body[0]
                call: Any = made.value  # type: ignore[attr-defined]
                call.args = [node.target.value, node.target.slice, node.value]
                yield made
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
            yield ast.Pass()

    return make


def simple(node: Any) -> Nodes:
    """Slips of one expression that need nothing from around it: another operator, sign, order, argument or slice."""
    if not loaded(node):
        return
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert):
        yield node.operand
    elif isinstance(node, ast.Compare):
        yield from _of_comparison(node)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.Attribute):
        yield from _of_attribute(node)
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.Subscript):
        yield node.value
        yield from _of_index(node)
    elif isinstance(node, ast.Tuple | ast.List) and 0 < len(node.elts) <= 4:
        for order in list(itertools.permutations(node.elts))[1:]:
            yield type(node)(list(order), node.ctx)
        yield from _other_axes(node)
    if not isinstance(node, ast.Tuple | ast.List | ast.Dict | ast.Lambda | ast.Slice | ast.Starred | ast.UnaryOp):
        yield ast.UnaryOp(ast.USub(), node)


def _other_axes(node: ast.Tuple | ast.List) -> Nodes:
    """A tuple of axes with one of them left out, or one more."""
    axes: list[Any] = [element.value for element in node.elts if isinstance(element, ast.Constant)]
    if len(axes) < len(node.elts) or not all(type(axis) is int and 0 <= axis < MOST_AXES for axis in axes):
        return
    for axis in range(MOST_AXES):
        other = sorted({*axes} ^ {axis})
        yield ast.Tuple([ast.Constant(one) for one in other], node.ctx)


def _of_operation(node: ast.BinOp) -> Nodes:
    left, right, op = node.left, node.right, node.op
    for other in OTHER_OPERATORS.get(type(op), ()):
        yield binary(left, other(), right)
    yield left
    yield right
    if not isinstance(op, ast.Add | ast.Mult):
        yield binary(right, op, left)
    if isinstance(op, ast.MatMult):
        turned = [[side, filled("{}.T", side)] for side in (left, right)]
        for one, two in list(itertools.product(*turned))[1:]:
            yield binary(one, op, two)
        for one, two in itertools.product(*turned):
            yield binary(two, op, one)
    if isinstance(left, ast.BinOp):  # (a + b) · c or a + b · c
        yield binary(left.left, left.op, binary(left.right, op, right))
    if isinstance(right, ast.BinOp):
        yield binary(binary(left, op, right.left), right.op, right.right)


def _of_comparison(node: ast.Compare) -> Nodes:
    if len(node.ops) == 1 and isinstance(node.ops[0], COMPARISONS):
        for order in COMPARISONS:
            if not isinstance(node.ops[0], order):
                yield ast.Compare(node.left, [order()], node.comparators)


def _of_call(node: ast.Call) -> Nodes:
    function = node.func
    if len(node.args) == 2:
        yield ast.Call(function, node.args[::-1], node.keywords)
    yield from node.args[:3]
    if isinstance(function, ast.Attribute):
        yield function.value
        if function.attr in {"cumsum", "cumprod", "accumulate"} and node.args:
            turned = filled("{}[::-1]", node.args[0])
            yield filled("{}[::-1]", ast.Call(function, [turned, *node.args[1:]], node.keywords))
        yield from _adjoint(node, function)
    yield from _of_axis(node)
    if len(node.args) > 2 and all(isinstance(a, ast.Constant) for a in node.args):
        many = len(node.args) > 4
        for order in _swapped(node.args) if many else list(itertools.permutations(node.args))[1:]:
            yield ast.Call(function, list(order), node.keywords)
    if len(node.args) == 3:  # both sides of a choice
        yield ast.Call(function, [node.args[0], *node.args[:0:-1]], node.keywords)
    if isinstance(function, ast.Name) and function.id == "range":
        yield ast.Call(ast.Name("reversed", ast.Load()), [node], [])
        if len(node.args) == 1:
            yield ast.Call(function, [ast.Constant(1), *node.args], [])


def _adjoint(node: ast.Call, function: ast.Attribute) -> Nodes:
    """The transpose of a Fourier transform is itself, of conjugates; each entry as often in a row, not the row."""
    if "fft" in function.attr and node.args:
        yield filled(
            "{}.conj()", ast.Call(function, [filled("{}.conj()", node.args[0]), *node.args[1:]], node.keywords)
        )
    if function.attr == "tile" and len(node.args) == 2:
        ones = ast.Call(ast.Attribute(function.value, "ones", ast.Load()), node.args[1:], [])
        yield ast.Call(ast.Attribute(function.value, "kron", ast.Load()), [node.args[0], ones], [])


def _of_axis(node: ast.Call) -> Nodes:
    """Without one of the keywords, and along another axis, or along one at all."""
    for i in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, [*node.keywords[:i], *node.keywords[i + 1 :]])
    others = [keyword for keyword in node.keywords if keyword.arg != "axis"]
    if len(others) < len(node.keywords) or getattr(node.func, "attr", "") in OF_AN_AXIS:
        for axis in (0, 1, 2, -1, -2):
            along = [*others, ast.keyword("axis", ast.Constant(axis))]
            yield ast.Call(node.func, node.args, along)
            if len(others) == len(node.keywords):
                yield ast.Call(node.func, node.args, [*along, ast.keyword("keepdims", ast.Constant(value=True))])


def _of_attribute(node: ast.Attribute) -> Nodes:
    if node.attr in {"T", "real"}:
        yield node.value
        yield filled("{}.conj()", node)
    for group in OTHER_NAMES:
        if node.attr in group:
            for other in sorted(group - {node.attr}):
                yield ast.Attribute(node.value, other, node.ctx)


def _of_constant(node: ast.Constant) -> Nodes:
    value = node.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        near = {value + 1, value - 1, 2 * value, value / 2, 1 / value if value else 0, value + 0.5, value - 0.5}
        common = {0, 1, 2, 3, 4, 0.5, -1, -2}
        for other in [*sorted(near), *sorted(common - near)]:
            if other != value:
                yield ast.Constant(int(other) if other == int(other) else other)
    elif isinstance(value, str) and "->" in value and len(value) < 24:  # of einsum
        for i, j in itertools.combinations(range(len(value)), 2):
            if value[i] != value[j] and value[i].isalpha() and value[j].isalpha():
                swapped = list(value)
                swapped[i], swapped[j] = value[j], value[i]
                yield ast.Constant("".join(swapped))
                yield ast.Constant(value[:i] + value[j] + value[i + 1 :])
                yield ast.Constant(value[:j] + value[i] + value[j + 1 :])


def _of_index(node: ast.Subscript) -> Nodes:
    """One further, one back; a slice without an end, or with one."""
    indices = indices_of(node.slice)
    for i, index in enumerate(indices):
        for new in moved(index):
            inside = [*indices[:i], new, *indices[i + 1 :]]
            yield ast.Subscript(
                node.value, inside[0] if len(inside) == 1 else ast.Tuple(inside, ast.Load()), node.ctx
            )


def moved(index: ast.expr) -> Iterator[ast.expr]:
    """An index one further or one back; a slice with another end."""
    one = ast.Constant(1)
    if isinstance(index, ast.Slice):
        for end in (None, one, ast.UnaryOp(ast.USub(), one)):
            yield ast.Slice(index.lower, end, index.step)
            yield ast.Slice(end, index.upper, index.step)
        if index.lower is None or index.upper is None:
            yield ast.Slice(index.upper, index.lower, index.step)
            yield from _rest(index)
        for name in ("lower", "upper"):
            value = getattr(index, name)
            if value is not None:
                for op in (ast.Add(), ast.Sub()):
                    sides = {"lower": index.lower, "upper": index.upper} | {name: _one_off(value, op)}
                    yield ast.Slice(sides["lower"], sides["upper"], index.step)
    elif not isinstance(index, ast.Constant | ast.UnaryOp):
        yield _one_off(index, ast.Add())
        yield _one_off(index, ast.Sub())


def _one_off(index: ast.expr, op: ast.Add | ast.Sub) -> ast.expr:
    """One more or one less, as one would write it: i for i + 1 - 1."""
    back: type[ast.operator] = ast.Sub if isinstance(op, ast.Add) else ast.Add
    if isinstance(index, ast.BinOp) and isinstance(index.op, back) and _is_one(index.right):
        return index.left
    return binary(index, op, ast.Constant(1))


def _rest(index: ast.Slice) -> Iterator[ast.expr]:
    """From i on for up to and with i, and the reverse."""
    upper = index.upper
    if isinstance(upper, ast.BinOp) and isinstance(upper.op, ast.Add) and _is_one(upper.right):
        yield ast.Slice(upper.left, None, index.step)
    if index.lower is not None:
        yield ast.Slice(None, binary(index.lower, ast.Add(), ast.Constant(1)), index.step)


def other_names(names: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """Another name, attribute or entry in place of one, or of a number."""

    def make(node: Any) -> Nodes:
        number = isinstance(node, ast.Constant) and type(node.value) in {int, float}
        if number or (loaded(node) and isinstance(node, NAMED)):
            yield from (other for other in names if ast.dump(other) != ast.dump(node))

    return make


def everywhere(names: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """Another name in all of an expression, or what is left of 1."""

    def make(node: Any) -> Nodes:
        if not isinstance(node, ast.BinOp | ast.Call | ast.Tuple | ast.Dict) or not loaded(node):
            return
        spoken = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
        for name in sorted(set(spoken)):
            own = ast.Name(name, ast.Load())
            yield _with(node, name, filled("1 - {}", own))
            if spoken.count(name) > 1:
                for other in names:
                    if isinstance(other, ast.Name) and other.id != name:
                        yield _with(node, name, other)

    return make


def _with(node: ast.AST, name: str, other: ast.expr) -> ast.AST:
    class Rename(ast.NodeTransformer):
        def visit_Name(self, found: ast.Name) -> ast.AST:
            return other if found.id == name else found

    return Rename().visit(copy.deepcopy(node))  # type: ignore[no-any-return]


def wrapped(node: Any) -> Nodes:
    """The expression in one of the forms of `WRAPS`, or as the derivative of a softmax."""
    yield from (filled(form, node) for form in WRAPS)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):  # the derivative of a softmax, a (1 - a) for it
        right = node.right
        if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Sub) and isinstance(right.left, ast.Constant):
            for axis in ("-1", "0"):
                sum_ = filled(f"{{}}.sum(axis={axis}, keepdims=True)", node.left)
                yield binary(node.left, ast.Sub(), binary(right.right, ast.Mult(), sum_))


def times(factors: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """The expression times or over one of these factors."""

    def make(node: Any) -> Nodes:
        for factor in factors:
            for op in (ast.Mult(), ast.Div()):
                again = isinstance(node, ast.BinOp) and type(node.op) is type(op)
                if again and ast.dump(node.right) == ast.dump(factor):
                    yield binary(node.left, op, binary(factor, ast.Pow(), ast.Constant(2)))
                else:
                    yield binary(node, op, factor)

    return make


def normalised(names: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """Without its mean, and without what lies along one of the names: what a normalisation takes out."""

    def make(node: Any) -> Nodes:
        for axis in ("0", "-1"):
            less = binary(node, ast.Sub(), filled(f"{{}}.mean(axis={axis}, keepdims=True)", node))
            yield less
            for name in names:
                for how in ("mean", "sum"):
                    along = filled(f"{{}}.{how}(axis={axis}, keepdims=True)", binary(node, ast.Mult(), name))
                    part = binary(name, ast.Mult(), along)
                    yield binary(node, ast.Sub(), part)
                    if how == "mean":
                        yield binary(less, ast.Sub(), part)

    return make


def products(names: Sequence[ast.expr], values: Sequence[ast.expr]) -> Iterator[ast.expr]:
    """What may be a factor: a name times a name or a value, and matrix products of two names."""
    for one, other in itertools.combinations_with_replacement(names, 2):
        yield binary(one, ast.Mult(), other)
    for one, other in itertools.product(names, values):
        yield binary(one, ast.Mult(), other)
    for one, other in itertools.permutations(names, 2):
        yield binary(one, ast.MatMult(), other)
        yield binary(one, ast.MatMult(), filled("{}.T", other))
        yield binary(filled("{}.T", one), ast.MatMult(), other)


def replaced(known: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """What is said elsewhere in place of a small expression."""

    def make(node: Any) -> Nodes:
        small = sum(isinstance(n, ast.expr) for n in ast.walk(node)) <= MOST_NODES
        if small and loaded(node) and not isinstance(node, ast.Constant | ast.Slice | ast.Starred | ast.Lambda):
            yield from known

    return make


def unpacked(node: Any) -> Nodes:
    """What is unpacked, or put together, in another order: two of the names change places."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.For) else []
    if len(targets) == 1 and isinstance(targets[0], ast.Tuple):
        for order in _swapped(targets[0].elts):
            target = ast.Tuple(order, ast.Store())
            if isinstance(node, ast.For):
                yield ast.For(target, node.iter, node.body, node.orelse, None)
            else:
                yield ast.Assign([target], node.value)
    elif isinstance(node, ast.Tuple | ast.List) and len(node.elts) > 4 and loaded(node):
        for order in _swapped(node.elts):
            yield type(node)(order, node.ctx)


def _swapped(elements: Sequence[ast.expr]) -> Iterator[list[ast.expr]]:
    for i, j in itertools.combinations(range(len(elements)), 2):
        order = list(elements)
        order[i], order[j] = order[j], order[i]
        yield order


def square(numpy: str) -> Callable[[ast.expr], Iterator[ast.expr]]:
    """Parts of a square matrix, of which a multiple may be missing or too much."""
    forms = ("np.diag(np.diag({0}))", "np.tril({0}, -1)", "np.triu({0}, 1)", "{0}.T", "({0} - np.diag(np.diag({0})))")

    def make(node: ast.expr) -> Iterator[ast.expr]:
        yield from (filled(form.replace("np.", f"{numpy}."), node) for form in forms)

    return make


def by_functions(names: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """Passed through a function of one's own, as others are; or through another one."""

    def make(node: Any) -> Nodes:
        if isinstance(node, ast.Call):
            if len(node.args) == 1:
                yield from (
                    ast.Call(f, node.args, node.keywords) for f in names if ast.dump(f) != ast.dump(node.func)
                )
            base: Any = node
            while isinstance(base, ast.Call | ast.Attribute | ast.Subscript):
                base = base.func if isinstance(base, ast.Call) else base.value
                if not isinstance(base, ast.Attribute):
                    yield from (ast.Call(f, [base], []) for f in names if loaded(base))
        if not isinstance(node, ast.Constant):
            yield from (ast.Call(f, [node], []) for f in names)

    return make


def everywhere_sliced(said: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """Another slice in place of one that an expression has several times."""

    def make(node: Any) -> Nodes:
        if not isinstance(node, ast.BinOp | ast.Call) or not loaded(node):
            return
        spoken = [ast.dump(n.slice) for n in ast.walk(node) if isinstance(n, ast.Subscript)]
        for own in sorted({dump for dump in spoken if spoken.count(dump) > 1}):
            for other in said:
                if ast.dump(other) != own:
                    yield _sliced(node, own, other)

    return make


def _sliced(node: ast.AST, own: str, other: ast.expr) -> ast.AST:
    class Slice(ast.NodeTransformer):
        def visit_Subscript(self, found: ast.Subscript) -> ast.AST:
            self.generic_visit(found)
            return ast.Subscript(found.value, other, found.ctx) if ast.dump(found.slice) == own else found

    return Slice().visit(copy.deepcopy(node))  # type: ignore[no-any-return]


def other_slopes(node: Any) -> Nodes:
    """The derivative of another activation, by its output: 1 - a ** 2, a * (1 - a) and a > 0 for one another."""
    found = _slope(node)
    if found is None:
        return
    rest, output, own = found
    for form in SLOPES:
        if form != own:
            slope = filled(form, output)
            yield slope if rest is None else binary(rest, ast.Mult(), slope)


def _slope(node: Any) -> tuple[ast.expr | None, ast.expr, str] | None:
    """What is multiplied by a derivative, the output of which it is one, and its form."""
    if isinstance(node, ast.Compare) and ast.dump(node.comparators[0]) == ast.dump(ast.Constant(0)):
        return None, node.left, SLOPES[2]
    if not isinstance(node, ast.BinOp):
        return None
    right = node.right
    if isinstance(node.op, ast.Sub) and _is_one(node.left) and isinstance(right, ast.BinOp):
        twice = isinstance(right.op, ast.Mult) and ast.dump(right.left) == ast.dump(right.right)
        power = isinstance(right.op, ast.Pow) and ast.dump(right.right) == ast.dump(ast.Constant(2))
        return (None, right.left, SLOPES[0]) if twice or power else None
    if isinstance(node.op, ast.Mult) and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Sub):
        left, output = node.left, right.right
        if _is_one(right.left) and ast.dump(left) == ast.dump(output):
            return None, output, SLOPES[1]
        product = isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult)
        if _is_one(right.left) and product and ast.dump(left.right) == ast.dump(output):  # type: ignore[attr-defined]
            return left.left, output, SLOPES[1]  # type: ignore[attr-defined]
    return None


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1


def sliced(said: Sequence[ast.expr], numbers: Sequence[ast.expr]) -> Callable[[Any], Nodes]:
    """Indexed with what is said elsewhere, or from and up to another number."""

    def make(node: Any) -> Nodes:
        if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Constant):
            return
        own = indices_of(node.slice)
        for other in said:
            if len(indices_of(other)) == len(own):
                yield ast.Subscript(node.value, other, node.ctx)
        for i, index in enumerate(own):
            for end in numbers if isinstance(index, ast.Slice) else ():
                for new in (ast.Slice(end, None), ast.Slice(None, end)):
                    inside = [*own[:i], new, *own[i + 1 :]]
                    at = inside[0] if len(inside) == 1 else ast.Tuple(inside, ast.Load())
                    yield ast.Subscript(node.value, at, node.ctx)

    return make
