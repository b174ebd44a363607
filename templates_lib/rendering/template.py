"""One field of the content, compiled: limits, allow-list, places, rewriting, and Jinja's own code generation."""

import re
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from jinja2 import nodes
from jinja2.environment import Template as JinjaTemplate
from jinja2.exceptions import TemplateError, TemplateSyntaxError

from . import limits, syntax
from .allowlist import AllowList
from .budget import RenderContext
from .cache import WeightedCache
from .environment import ENVIRONMENTS, RenderEnvironment
from .failures import BadValue, BudgetExceeded, MissingValue, RenderFailure, TemplateRefused
from .languages import LANGUAGES
from .parts import Parts, parts_of
from .placement import Placement, Warned
from .positions import Source
from .readback import READ_BACK, read_json
from .rewrite import Rewriter, is_constant
from .variables import Use, uses_of

_XML_ENCODING = re.compile(r"""<\?xml[^>]*encoding\s*=\s*["']([^"']*)""")
CODE_NAME = "<template>"
# Measured: a small compiled field takes about 25 kB, one full of values 37 bytes a character.
FIELD_BYTES = 25_000
BYTES_PER_CHARACTER = 40
_NOT_SENDABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True, eq=False)
class FieldTemplate:
    """`constant` is the text of a field without tags; otherwise `program` makes it."""

    kind: str
    uses: tuple[Use, ...]
    warnings: tuple[Warned, ...]
    names_are_values: bool = False
    constant: str | None = None
    program: JinjaTemplate | None = None
    parts: Parts | None = None  # all of it, if it is nothing but text and plain values

    def render(self, context: RenderContext) -> str:
        """Raises RenderFailure."""
        if self.constant is not None:
            context.budget.add_output(len(self.constant))
            return self.constant
        try:
            return self.read_back(self._run(context))
        except RenderFailure as failure:
            raise self._located(failure, context) from None
        except RecursionError:
            raise BudgetExceeded("The personalisation is nested too deep.") from None
        except MemoryError:
            raise BudgetExceeded("The personalisation needs too much memory.") from None
        except Exception as error:
            # Whatever a filter or operator makes of odd values: this person is refused, the lane goes on.
            raise self._unforeseen(error) from None
        finally:
            # Names set in one field don't reach the next one.
            context.vars.clear()
            context.exported_vars.clear()

    def _run(self, context: RenderContext) -> str:
        assert self.program is not None
        budget = context.budget
        chunks = []
        for chunk in self.program.root_render_func(context):
            budget.add_output(len(chunk))
            chunks.append(chunk)
        return "".join(chunks)

    def read_back(self, text: str) -> str:
        """The text as it is sent. Raises BadValue for one that a reader would misunderstand."""
        if self.kind == "json":
            return read_json(text, names_are_values=self.names_are_values)
        read = READ_BACK.get(self.kind)
        return read(text) if read else text

    def _located(self, failure: RenderFailure, context: RenderContext) -> RenderFailure:
        """Add the line, and the name of the value that is missing, to a failure inside an expression."""
        if failure.line is None:
            failure.line = self._line_of(failure)
        if isinstance(failure, MissingValue) and not failure.name:
            for use in self.uses:
                if use.line == failure.line and context.parent.get(use.path) is None:
                    return MissingValue(use.path, site=(use.line, use.column, use.path))
        return failure

    def _unforeseen(self, error: Exception) -> RenderFailure:
        failure = BadValue(f"The personalisation can't work with this person's values: {str(error)[:200]}.")
        failure.line = self._line_of(error)
        return failure

    def _line_of(self, error: BaseException) -> int | None:
        trace: TracebackType | None = error.__traceback__
        line = None
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == CODE_NAME and self.program is not None:
                line = int(self.program.get_corresponding_lineno(trace.tb_lineno))
            trace = trace.tb_next
        return line


FIELDS: WeightedCache[FieldTemplate] = WeightedCache(limits.MAX_CACHE_BYTES)


def field_weight(text: str) -> int:
    """About how many bytes the compiled field takes."""
    return FIELD_BYTES + BYTES_PER_CHARACTER * len(text)


def compile_field(kind: str, text: str, missing: str) -> FieldTemplate:
    """`kind` is one of `languages.LANGUAGES`. Raises TemplateRefused. Compiled fields are kept for the process."""
    return FIELDS.get_or_make((kind, text, missing), field_weight(text), lambda: _compile_field(kind, text, missing))


def _compile_field(kind: str, text: str, missing: str) -> FieldTemplate:
    source = _source(kind, text)
    environment = ENVIRONMENTS[missing]
    try:
        return _compile(kind, source, environment)
    except TemplateSyntaxError as error:
        raise syntax.refusal(error, source) from None
    except TemplateError as error:
        raise TemplateRefused(f"{error.message or 'The template has a mistake'}.") from None
    except (RecursionError, MemoryError, SyntaxError):
        raise TemplateRefused("The template is nested too deep.") from None


def _source(kind: str, text: str) -> Source:
    if len(text) > limits.MAX_SOURCE_CHARACTERS:
        raise TemplateRefused(f"The text is longer than {limits.MAX_SOURCE_CHARACTERS:,} characters.")
    source = Source(_trimmed(kind, text))
    bad = _NOT_SENDABLE.search(source.text)
    if bad:
        line, column = source.line_and_column(bad.start())
        raise TemplateRefused("This character can't be sent.", line=line, column=column, hint="Remove it.")
    encoding = _XML_ENCODING.search(source.text) if kind == "xml" else None
    if encoding and encoding.group(1).lower() not in ("utf-8", "utf8"):
        line, column = source.line_and_column(encoding.start(1))
        hint = 'Write encoding="UTF-8", or leave it out.'
        raise TemplateRefused("The body is always sent as UTF-8.", line=line, column=column, hint=hint)
    return source


def _trimmed(kind: str, text: str) -> str:
    """Space around a URL and at the end of a body means nothing; in plain text it may."""
    if kind == "text":
        return text
    return text.strip() if kind.startswith("url") else text.rstrip()


def _compile(kind: str, source: Source, environment: RenderEnvironment) -> FieldTemplate:
    language = LANGUAGES[kind]
    tree = environment._parse(source.text, None, None)
    AllowList(source).check(tree)
    placement = Placement(language, source)
    placement.follow(tree)
    uses = uses_of(tree, source)
    warnings = tuple(sorted(placement.warnings))
    constant = is_constant(tree.body)
    tree = Rewriter(placement, environment).rewrite(tree)
    if constant:
        template = FieldTemplate(language.kind, uses, warnings, constant=_constant_text(tree))
        return FieldTemplate(language.kind, uses, warnings, constant=_checked_constant(template))
    parts = parts_of(tree)
    code = compile(environment._generate(tree, None, None), CODE_NAME, "exec")
    program = JinjaTemplate.from_code(environment, code, environment.globals, None)
    return FieldTemplate(language.kind, uses, warnings, placement.names_are_values, program=program, parts=parts)


def _constant_text(tree: nodes.Template) -> str:
    outputs: list[Any] = tree.body
    return "".join(part.data for output in outputs for part in output.nodes)


def _checked_constant(template: FieldTemplate) -> str:
    try:
        return template.read_back(template.constant or "")
    except RenderFailure as failure:
        message = failure.message.replace("For this person the", "The")
        raise TemplateRefused(message, line=failure.line, column=failure.column, hint=failure.hint) from None
