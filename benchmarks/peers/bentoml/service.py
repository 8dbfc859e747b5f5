import bentoml
import numpy as np
import skops.io


@bentoml.service
class Digits:
    ref = bentoml.models.BentoModel("digits:latest")

    def __init__(self) -> None:
        path = self.ref.path_of("model.skops")
        self.model = skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))

    @bentoml.api
    def predict(self, scan: list[list[float]]) -> list[int]:
        return self.model.predict(np.array(scan)).tolist()
