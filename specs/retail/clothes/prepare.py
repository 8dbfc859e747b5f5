"""Split the pictures: train.npz is learnt from, test.npz is judged by."""

import numpy as np
from pictures import held_back, read

pictures, kinds, patterns = read("../datasets/clothes/clothes.csv")
test = held_back(len(kinds))
for name, rows in (("train", ~test), ("test", test)):
    np.savez_compressed(f"{name}.npz", pictures=pictures[rows], kinds=kinds[rows], patterns=patterns[rows])
print(f"{(~test).sum()} to learn from, {test.sum()} to judge by")
