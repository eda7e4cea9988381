"""The request shapes, as data, by noun; the engine and the client act them out."""
