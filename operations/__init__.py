"""Commands around the program: what an operator runs beside `pulumi up`."""
