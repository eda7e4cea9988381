return require('maas_llm')
