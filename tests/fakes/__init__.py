"""Fakes of ports, one file a port. Each passes the contract suite of its port in `tests/contracts/`, beside the real adapter;
`tests/contracts/test_fakes.py` holds us to it.
"""
