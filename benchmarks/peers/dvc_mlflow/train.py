import json
import os

import mlflow
import numpy as np
import skops.io
import yaml
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split

params = yaml.safe_load(open("params.yaml"))
data = np.load("data.npz")
parts = train_test_split(data["scans"], data["digits"], test_size=0.25, random_state=7, stratify=data["digits"])
train_x, test_x, train_y, test_y = parts

mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("digits")
with mlflow.start_run():
    model = ExtraTreesClassifier(n_estimators=100, random_state=7, **params).fit(train_x, train_y)
    found = model.predict(test_x)
    metrics = {"f1": f1_score(test_y, found, average="macro"), "accuracy": accuracy_score(test_y, found)}
    mlflow.log_params(params)
    mlflow.log_metrics(metrics)
    # The guides leave the requirements to MLflow, which guesses them by loading the model once more; who knows that
    # it is slow writes them down. The benchmark plays both.
    known = {"pip_requirements": ["scikit-learn", "skops"]} if os.environ.get("PEER") == "tuned" else {}
    trusted = ["sklearn.tree._tree.Tree"]
    mlflow.sklearn.log_model(model, name="model", registered_model_name="digits", skops_trusted_types=trusted, **known)
skops.io.dump(model, "model.skops")
json.dump(metrics, open("metrics.json", "w"))
