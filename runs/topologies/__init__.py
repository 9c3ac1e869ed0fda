"""Networks: their files, how they are drawn, and how full a run has left their links."""
