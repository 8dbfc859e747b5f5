import numpy as np
from sklearn.datasets import load_digits

scans, digits = load_digits(return_X_y=True)
np.savez("data.npz", scans=scans, digits=digits)
