import bentoml
import skops.io
from sklearn.datasets import load_digits
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

scans, digits = load_digits(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(scans, digits, test_size=0.25, random_state=7, stratify=digits)
model = ExtraTreesClassifier(n_estimators=100, random_state=7, max_depth=8).fit(train_x, train_y)
print("f1", f1_score(test_y, model.predict(test_x), average="macro"))
with bentoml.models.create("digits") as ref:
    skops.io.dump(model, ref.path_of("model.skops"))
