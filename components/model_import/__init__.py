"""Models of the hub, copied into the bucket once per revision."""

from components.model_import.component import ImportTools, ImportToolsArgs, ModelImport, ModelImportArgs
from components.model_import.imports import Import, needed_imports

__all__ = [
    "Import",
    "ImportTools",
    "ImportToolsArgs",
    "ModelImport",
    "ModelImportArgs",
    "needed_imports",
]
