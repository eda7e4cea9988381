"""The 3scale installation."""

from components.threescale_install.component import ThreeScaleInstall, ThreeScaleInstallArgs

__all__ = ["ThreeScaleInstall", "ThreeScaleInstallArgs"]
