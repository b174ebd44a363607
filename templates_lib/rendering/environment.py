"""The sandbox: no Python attribute is reachable whatever its name, and every operator is priced."""

from typing import Any

from jinja2 import tests as jinja_tests
from jinja2.ext import Extension
from jinja2.lexer import Lexer
from jinja2.nodes import Const, ExprStmt, Filter, Node
from jinja2.parser import Parser
from jinja2.runtime import LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from . import limits
from .budget import RenderContext
from .failures import BadValue, BudgetExceeded
from .filters import FILTERS
from .operators import operate
from .positions import PositionLexer
from .steps import PREFIX, STEPS
from .values import DATES, Empty, Missing, is_blank

LOOP_ATTRIBUTES = frozenset(
    ("index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem", "depth", "depth0")
)
LOOP_CALLS = frozenset(("cycle", "changed"))
DATE_ATTRIBUTES = frozenset(("year", "month", "day", "hour", "minute", "second"))

_TYPE_TESTS = ("boolean", "true", "false", "integer", "float", "number", "string", "mapping", "sequence", "iterable")
_VALUE_TESTS = ("odd", "even", "divisibleby", "lower", "upper", "in", "eq", "equalto", "==", "ne", "!=")
_ORDER_TESTS = ("lt", "lessthan", "<", "le", "<=", "gt", "greaterthan", ">", "ge", ">=")
TESTS: dict[str, Any] = {name: jinja_tests.TESTS[name] for name in (*_TYPE_TESTS, *_VALUE_TESTS, *_ORDER_TESTS)}
TESTS |= {"defined": lambda value: not is_blank(value), "undefined": is_blank, "none": lambda value: value is None}


def _range(*bounds: Any) -> range:
    result = range(*bounds)
    if len(result) > limits.MAX_STEPS:
        raise BudgetExceeded(f"range() gives at most {limits.MAX_STEPS:,} numbers.")
    return result


def _namespace(**values: Any) -> Namespace:
    return Namespace(**values)


GLOBALS: dict[str, Any] = {"range": _range, "namespace": _namespace}


class SkipTag(Extension):
    """`{% skip "reason" %}` leaves this person out."""

    tags = {"skip"}

    def parse(self, parser: Parser) -> Node:
        line = next(parser.stream).lineno
        end_of_tag = parser.stream.current.type == "block_end"
        reason = Const("") if end_of_tag else parser.parse_expression()
        return ExprStmt(Filter(reason, PREFIX + "skip", [], [], None, None), lineno=line)


class RenderEnvironment(ImmutableSandboxedEnvironment):
    context_class = RenderContext
    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

    def __init__(self, undefined: type[Undefined]) -> None:
        super().__init__(
            undefined=undefined, autoescape=False, keep_trailing_newline=True, cache_size=0, extensions=[SkipTag]
        )
        self.filters = {**FILTERS, **STEPS}
        self.tests = dict(TESTS)
        self.globals = dict(GLOBALS)
        self._position_lexer = PositionLexer(self)

    @property
    def lexer(self) -> Lexer:
        return self._position_lexer

    def getattr(self, obj: Any, attribute: str) -> Any:
        kind = type(obj)
        if kind is dict:
            if attribute in obj:
                return obj[attribute]
        elif isinstance(obj, Undefined):
            return self.undefined(name=f"{obj._undefined_name}.{attribute}")
        elif _is_readable(obj, attribute):
            return getattr(obj, attribute, None)
        return self.undefined(name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        try:
            if type(obj) is dict or (isinstance(obj, (str, list, tuple)) and isinstance(argument, int)):
                return obj[argument]
        except (LookupError, TypeError):
            pass
        if isinstance(obj, Undefined) or (isinstance(argument, str) and not isinstance(obj, (str, dict))):
            return self.getattr(obj, str(argument))
        return self.undefined(name=str(argument)[: limits.MAX_WORD_CHARACTERS])

    def call(self, context: RenderContext, target: Any, *arguments: Any, **keywords: Any) -> Any:  # type: ignore[override]
        context.budget.step()
        owner = getattr(target, "__self__", None)
        of_loop = type(owner) is LoopContext and target.__name__ in LOOP_CALLS
        if of_loop or target in GLOBALS.values():
            # What Jinja hands on to whoever wants the names of the loop or block around.
            keywords.pop("_loop_vars", None)
            keywords.pop("_block_vars", None)
            return target(*arguments, **keywords)
        raise BadValue("This can't be called.")

    def call_filter(self, name: str, *arguments: Any, **keywords: Any) -> Any:
        """Filters named by a value, as in `| map(name)`: only those that a template could write."""
        if name not in FILTERS:
            raise BadValue(f"There is no filter “{name}”.")
        return super().call_filter(name, *arguments, **keywords)

    def call_test(self, name: str, *arguments: Any, **keywords: Any) -> Any:
        if name not in TESTS:
            raise BadValue(f"There is no test “{name}”.")
        return super().call_test(name, *arguments, **keywords)

    def call_binop(self, context: RenderContext, operator: str, left: Any, right: Any) -> Any:  # type: ignore[override]
        return operate(context, operator, left, right)


def _is_readable(value: Any, attribute: str) -> bool:
    kind = type(value)
    if kind is LoopContext:
        return attribute in LOOP_ATTRIBUTES or attribute in LOOP_CALLS
    if kind is Namespace:
        return not attribute.startswith("_")
    return isinstance(value, DATES) and attribute in DATE_ATTRIBUTES


# One environment for each rule about missing values: it decides what a missing name is.
_strict = RenderEnvironment(Missing)
ENVIRONMENTS = {"skip": _strict, "stop": _strict, "empty": RenderEnvironment(Empty)}
