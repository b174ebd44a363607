import threading

import pytest

from templates_lib.rendering.cache import WeightedCache
from templates_lib.rendering.compiler import CONTENTS
from templates_lib.rendering.limits import MAX_CACHE_BYTES
from templates_lib.rendering.template import FIELDS
from tests.templates_lib.rendering import raw, render


def test_least_recently_used_goes_first() -> None:
    cache: WeightedCache[int] = WeightedCache(10)
    made = []

    def get(key: str) -> int:
        def make() -> int:
            made.append(key)
            return len(made)

        return cache.get_or_make(key, 4, make)

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    assert made == ["a", "b", "c", "b"]
    assert cache.weight == 8


def test_a_failure_is_not_kept() -> None:
    cache: WeightedCache[int] = WeightedCache(10)
    with pytest.raises(ZeroDivisionError):
        cache.get_or_make("a", 1, lambda: 1 // 0)
    assert cache.get_or_make("a", 1, lambda: 7) == 7


def test_many_big_contents_stay_within_the_limit() -> None:
    for number in range(40):
        render(raw(f"{number}" + "x" * 60_000, "text/plain"))
    assert max(FIELDS.weight, CONTENTS.weight) <= MAX_CACHE_BYTES


def test_threads_render_the_same_content() -> None:
    content = raw('{% set t %}{{ x }}{% endset %}{"a": [{% for i in l %}{{ i ~ t }},{% endfor %}]}')
    wrong = []

    def work(number: int) -> None:
        for _ in range(200):
            body = render(content, x=number, l=["a", "b"]).body
            if body != f'{{"a": ["a{number}","b{number}"]}}'.encode():
                wrong.append(body)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
