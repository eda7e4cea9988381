"""What of the identity server no bridged provider can do: hand its administration from one client to another."""
