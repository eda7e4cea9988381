"""What another team writes to use the models: one StackReference, no credentials of the platform."""

import pulumi

platform = pulumi.StackReference(pulumi.Config().require("platform"))
endpoints = platform.require_output("model_endpoints")
models = platform.require_output("models")

pulumi.export("base_urls", endpoints.apply(lambda urls: {name: f"{url.rstrip('/')}/v1" for name, url in urls.items()}))
pulumi.export("context_lengths", models.apply(lambda all_: {m["served_model_name"]: m["max_model_len"] for m in all_}))
