"""What every plugin of a capability must do, as tests: ours pass them, and so must a stranger's.

pytest --pyargs ace_integrations.testing.conformance --provider my_package.testing:BarterUnderTest
"""
