"""The flow: flow.py from top to bottom, knowing.py and knowing_due.py what the record knows, recording.py what is
written, and steering.py what comes from the command line instead of by mail.
"""
