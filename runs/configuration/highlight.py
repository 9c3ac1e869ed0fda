"""A configuration as HTML: coloured by CSS classes, with an anchor on each line.

The token classes are Pygments' short ones: k s s1 s2 sc c c1 cp na nt nn n o p l ld m mi mf
kc err w (and few more); each line is `<span class="line" id="C12">`.
"""

from html import escape

from pygments import highlight as pygments_highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers.configs import IniLexer
from pygments.lexers.data import JsonLexer, YamlLexer

LEXERS: dict[str, type[Lexer]] = {"ini": IniLexer, "yaml": YamlLexer, "json": JsonLexer}
# Pygments needs 0.2 s for as much, but on one line of "a:a:a:…" its time grows by the square.
COLOURED_MAX = 200_000
COLOURED_LINE_MAX = 1_000


def highlight(text: str, format: str) -> str:
    """The text escaped, whatever it holds; lines count as `Problem.line` does."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    marked = _coloured(lines, format) if _is_colourable(lines) else map(escape, lines)
    return "".join(
        f'<span class="line" id="C{number}">{line}</span>\n'
        for number, line in enumerate(marked, 1)
    )


def _is_colourable(lines: list[str]) -> bool:
    lengths = [len(line) for line in lines]
    return sum(lengths) <= COLOURED_MAX and max(lengths) <= COLOURED_LINE_MAX


def _coloured(lines: list[str], format: str) -> list[str]:
    lexer = LEXERS[format](stripnl=False, ensurenl=False)
    marked = pygments_highlight("\n".join(lines), lexer, HtmlFormatter(nowrap=True)).split("\n")
    # Pygments may leave out, or add, an empty line at the end.
    return (marked + [""] * len(lines))[: len(lines)]
