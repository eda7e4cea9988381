"""HTTP/1 by hand: the suite needs every byte, chunk and pause under its own control."""
