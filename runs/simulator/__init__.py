"""The bundled simulator: an elastic optical network under dynamic traffic.

A program like any other, run as a separate process. It needs the standard library and
networkx, and imports nothing of Django or of the rest of fusionweb.
"""
