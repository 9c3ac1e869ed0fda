"""Parts of an address that Django's own converters do not take."""

from django.urls import register_converter
from django.urls.converters import PathConverter


class SuffixConverter(PathConverter):
    """A path that may hold anything a directory name can: a line end, too."""

    regex = r"[\s\S]+"


register_converter(SuffixConverter, "suffix")
