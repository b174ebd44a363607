"""The one door for outgoing HTTP. Knows nothing of campaigns, connections or workspaces."""
