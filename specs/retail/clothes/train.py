"""A small convolutional network: model/model.keras, and what it says of each picture held back."""

import csv
import json
from pathlib import Path

import keras
import numpy as np
from pictures import KINDS, SIDE

params = json.loads(Path("params.json").read_text())
keras.utils.set_random_seed(params["seed"])
learnt, judged = np.load("train.npz"), np.load("test.npz")
model = keras.Sequential(
    [
        keras.Input((SIDE, SIDE, 1)),
        keras.layers.Conv2D(params["filters"], 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(2 * params["filters"], 3, activation="relu"),
        keras.layers.GlobalMaxPooling2D(),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(len(KINDS), activation="softmax"),
    ]
)
optimizer = keras.optimizers.Adam(params["learning_rate"])
model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(learnt["pictures"], learnt["kinds"], epochs=params["epochs"], batch_size=64, verbose=2)
Path("model").mkdir(exist_ok=True)
model.save("model/model.keras")
shares = model.predict(judged["pictures"], verbose=0)
with Path("predictions.csv").open("w", newline="") as out:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["pattern", "kind", "said", "share"])
    for row, kind, pattern in zip(shares, judged["kinds"], judged["patterns"], strict=True):
        writer.writerow([pattern, KINDS[kind], KINDS[int(row.argmax())], f"{row.max():.6f}"])
