"""Numbers in, judgements out: what the values of a batch say, each with its source."""
