"""The simulated node: schedules pods, runs some containers as local processes, pretends the others, binds volumes."""
