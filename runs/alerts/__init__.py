"""What a person should look at: raised once for one cause, sent out, acknowledged."""
