"""Personalisation that can't break a request: typed content compiles once and renders for each person.

compiled = compile_content(content, secret_attached=True)   # raises ContentInvalid
result = compiled.render(context)                           # RenderedRequest | RenderProblem
"""

from .compiled import CompiledContent
from .compiler import compile_content
from .problems import ContentInvalid, Problem, RenderProblem
from .request import RenderedRequest

__all__ = ["CompiledContent", "ContentInvalid", "Problem", "RenderProblem", "RenderedRequest", "compile_content"]
