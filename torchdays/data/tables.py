"""Tables and pictures, as tensors."""

import torch
from sklearn import datasets


def digits():
    """Hand-written digits: images (1797, 8, 8), float32 in 0..1, and labels (1797,), int64 in 0..9.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998,
    as scikit-learn carries it. The order is that of the source: shuffle before you split.
    """
    source = datasets.load_digits()
    return torch.tensor(source.images, dtype=torch.float32) / 16, torch.tensor(source.target)


def tumours():
    """Measured cell nuclei: features (569, 30), float32, labels (569,), int64, 1 = benign, and the 30 names.

    Source: W. Wolberg, O. Mangasarian, N. Street, W. Street, Breast Cancer Wisconsin (Diagnostic),
    UCI, 1993, as scikit-learn carries it. Features keep their units: standardise before you train.
    """
    source = datasets.load_breast_cancer()
    return torch.tensor(source.data, dtype=torch.float32), torch.tensor(source.target), list(source.feature_names)


def diabetes():
    """Ten measurements of patients (442, 10), float32, the disease's progress a year later (442,), float32, and names.

    Source: B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, Least Angle Regression, 2004, as scikit-learn
    carries it: each column has mean 0 and squares that sum to 1.
    """
    source = datasets.load_diabetes()
    features = torch.tensor(source.data, dtype=torch.float32)
    return features, torch.tensor(source.target, dtype=torch.float32), list(source.feature_names)


def moons(count=200, noise=0.1, seed=0):
    """Two interleaved half circles: points (count, 2), float32, and labels (count,), int64, 0 or 1."""
    points, labels = datasets.make_moons(count, noise=noise, random_state=seed)
    return torch.tensor(points, dtype=torch.float32), torch.tensor(labels)
