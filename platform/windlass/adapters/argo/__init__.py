"""The way to an Argo Server, for environments whose runs go over one."""
