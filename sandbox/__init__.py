"""A local world to run the program against; knows nothing of the product, and the product nothing of it."""
