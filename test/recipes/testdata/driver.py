"""Reads cases as a JSON list on stdin and prints what the sample of each one's platform says. Samples lie in the folder that is given."""

import base64
import email.message
import importlib.util
import json
import sys

folder, samples, answers = sys.argv[1], {}, []
for case in json.load(sys.stdin):
    name = case["platform"]
    if name not in samples:
        spec = importlib.util.spec_from_file_location(name.replace("-", "_"), f"{folder}/{name}.py")
        samples[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(samples[name])
    headers = email.message.Message()  # what Python's own server has
    for key, value in case["header"].items():
        headers[key] = value
    answers.append(samples[name].verify(headers, base64.b64decode(case["body"]), case["secret"]))
json.dump(answers, sys.stdout)
