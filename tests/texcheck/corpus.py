"""The source notes' displayed lines, corrected, as pages would set them.

Each entry holds the blocks of a short page, a function that binds data for
a seed, and wrong forms: the number of a block with what to put in its place.
Three rules keep the data from hiding a mistake: all sizes differ, no size is
one, and nothing is symmetric.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from texcheck import Seq

Data = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One page's worth of equations."""

    id: str
    blocks: tuple[str, ...]
    data: Callable[[np.random.Generator], Data]
    wrong: dict[str, tuple[int, str]] = field(default_factory=dict)
    lines: int = 0

    def namespace(self, seed: int) -> Data:
        return self.data(np.random.default_rng(seed))


def logistic(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def softplus(z: Any) -> Any:
    return np.logaddexp(0, z)


def rows_softmax(a: np.ndarray) -> np.ndarray:
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# Neural networks.


def sigmoid_unit(rng: np.random.Generator) -> Data:
    z = rng.normal(size=6)
    y = np.array([0, 1, 1, 0, 1, 0])
    return {"z": z, "y": y, "zeta": softplus, "J": softplus((1 - 2 * y) * z)}


def gaussian_unit(rng: np.random.Generator) -> Data:
    y, y_hat = rng.normal(size=(2, 5))
    log_p = np.sum(-0.5 * (y - y_hat) ** 2 - 0.5 * np.log(2 * np.pi))
    return {"y": y, "y_hat": y_hat, "n": 5, "log_p": log_p}


def layer(rng: np.random.Generator) -> Data:
    n, m, d, t = 5, 3, 4, 2
    A_in = np.column_stack([np.ones(n), rng.normal(size=(n, m))])
    W_h = rng.normal(size=(m + 1, d))
    Z_h = A_in @ W_h
    A_h = logistic(Z_h)
    W_out = rng.normal(size=(d, t))
    Z_out = A_h @ W_out
    A_out = logistic(Z_out)
    Y = np.array([[0, 1], [1, 0], [0, 1], [0, 1], [1, 0]])
    delta_out = A_out - Y
    delta_h = (delta_out @ W_out.T) * A_h * (1 - A_h)
    J = -np.sum(Y * np.log(A_out) + (1 - Y) * np.log(1 - A_out))
    return {
        "A_in": A_in,
        "W_h": W_h,
        "Z_h": Z_h,
        "A_h": A_h,
        "m": m,
        "d": d,
        "W_out": W_out,
        "Z_out": Z_out,
        "A_out": A_out,
        "Y": Y,
        "J": J,
        "delta_out": delta_out,
        "delta_h": delta_h,
        "n": n,
        "Delta_h": A_in.T @ delta_h,
        "Delta_out": A_h.T @ delta_out,
        "phi": logistic,
        "V": W_h[1:],
    }


def squared_error(rng: np.random.Generator) -> Data:
    z, y = rng.normal(size=4), np.array([1.0, 0.0, 0.0, 1.0])
    a = logistic(z)
    return {"z": z, "y": y, "a": a, "delta": (a - y) * a * (1 - a)}


def consumers(rng: np.random.Generator) -> Data:
    x, a, c = rng.normal(size=(3, 4))
    return {"x": x, "a": a, "c": c}


def regularised(rng: np.random.Generator) -> Data:
    Delta, W = rng.normal(size=(2, 4, 3))
    lam, eta = 0.3, 0.7
    penalty = lam * W
    penalty[0] = 0
    Delta_new = Delta + penalty
    return {
        "Delta": Delta,
        "W": W,
        "lam": lam,
        "eta": eta,
        "Delta_new": Delta_new,
        "W_new": W - eta * Delta,
    }


def attention(rng: np.random.Generator) -> Data:
    T, d, d_k = 4, 3, 2
    x = rng.normal(size=(T, d))
    omega = x @ x.T
    W = rows_softmax(omega)
    U_q, U_k, U_v = rng.normal(size=(3, d_k, d))
    q, k, v = x @ U_q.T, x @ U_k.T, x @ U_v.T
    A = rows_softmax(q @ k.T / np.sqrt(d_k))

    def seq(values: np.ndarray) -> Seq:
        return Seq(values, start=1, axes=(0,))

    def grid(values: np.ndarray) -> Seq:
        return Seq(values, start=1, axes=(0, 1))

    return {
        "x": seq(x),
        "omega": grid(omega),
        "W": grid(W),
        "o": seq(W @ x),
        "q": seq(q),
        "k": seq(k),
        "v": seq(v),
        "A": grid(A),
        "T": T,
        "U_q": U_q,
        "U_k": U_k,
        "U_v": U_v,
        "d_k": d_k,
        "c": seq(A @ v),
    }


def adversarial(rng: np.random.Generator) -> Data:
    p_data, p_z = rng.normal(size=5), rng.normal(size=4)

    def D(x: Any) -> Any:
        return logistic(0.7 * x - 0.2)

    def G(z: Any) -> Any:
        return 1.3 * z + 0.4

    V = np.mean(np.log(D(p_data))) + np.mean(np.log(1 - D(G(p_z))))
    theta_D, eta = rng.normal(size=3), 0.1
    g = rng.normal(size=3)
    return {
        "p_data": p_data,
        "p_z": p_z,
        "D": D,
        "G": G,
        "V": V,
        "g_D": g,
        "theta_D": theta_D,
        "eta": eta,
        "theta_D_new": theta_D + eta * g,
    }


def batch_norm(rng: np.random.Generator) -> Data:
    Z = 0.8 + 1.3 * rng.normal(size=(3, 4, 2, 5))
    m, h, w, _ = Z.shape
    mu = Z.mean(axis=(0, 1, 2))
    var = Z.var(axis=(0, 1, 2))
    gamma, beta, eps = rng.normal(size=5), rng.normal(size=5), 0.01
    Z_std = (Z - mu) / np.sqrt(var + eps)
    return {
        "Z": Z,
        "m": m,
        "h": h,
        "w": w,
        "mu_B": mu,
        "sigma_B": np.sqrt(var),
        "Z_std": Z_std,
        "gamma": gamma,
        "beta": beta,
        "epsilon": eps,
        "A_pre": gamma * Z_std + beta,
    }


def temporal_difference(rng: np.random.Generator) -> Data:
    V, alpha, gamma = rng.normal(size=5), 0.3, 0.9
    S, R = np.array([2, 1, 3, 4, 0]), rng.normal(size=5)
    V_new = V.copy()
    V_new[3] += alpha * (R[3] + gamma * V[4] - V[3])
    return {
        "V": Seq(V, start=0),
        "V_new": Seq(V_new, start=0),
        "S": S,
        "R": R,
        "t": 2,
        "alpha": alpha,
        "gamma": gamma,
    }


def monte_carlo(rng: np.random.Generator) -> Data:
    V, alpha, G = rng.normal(size=5), 0.3, rng.normal(size=3)
    V_new = V.copy()
    V_new[4] += alpha * (G[1] - V[4])
    return {
        "V": Seq(V, start=0),
        "V_new": Seq(V_new, start=0),
        "t": 1,
        "S": np.array([2, 4, 1]),
        "G": G,
        "alpha": alpha,
    }


# Convolution.


def infinite_convolution(rng: np.random.Generator) -> Data:
    x, w = rng.normal(size=7), rng.normal(size=3)
    return {
        "y": np.convolve(x, w),
        "x": Seq(x, start=0, outside=0),
        "w": Seq(w, start=0, outside=0),
    }


def padded_convolution(rng: np.random.Generator) -> Data:
    x, w, p = rng.normal(size=7), rng.normal(size=5), 2
    x_p = np.pad(x, p)
    y = np.convolve(x_p, w, "valid")
    return {"x": x, "x_p": x_p, "w": w, "y": y, "n": 7, "m": 5, "p": p}


def output_size(rng: np.random.Generator) -> Data:
    n, p, m, s = 11 + int(rng.integers(5)), 5, 4, 3
    n += (n + 2 * p - m) % s == 0
    return {"n": n, "p": p, "m": m, "s": s, "o": (n + 2 * p - m) // s + 1}


def same_padding(rng: np.random.Generator) -> Data:
    m, n = np.array([4, 5, 3, 8]), 9
    return {"m": m, "p_l": (m - 1) // 2, "p_r": m // 2, "n": n}


# Recurrent networks.


def recurrent(rng: np.random.Generator) -> Data:
    T, D, H, K = 4, 2, 3, 5
    x = rng.normal(size=(T, D))
    W_xh, W_hh = rng.normal(size=(H, D)), 0.6 * rng.normal(size=(H, H))
    W_ho, b_h, b_o = (rng.normal(size=s) for s in ((K, H), H, K))
    z, h, o, state = [], [], [], np.zeros(H)
    for step in x:
        z.append(W_xh @ step + W_hh @ state + b_h)
        state = np.tanh(z[-1])
        h.append(state)
        o.append(W_ho @ state + b_o)
    y = rng.normal(size=(T, K))
    losses = 0.5 * np.sum((np.array(o) - y) ** 2, axis=1)
    return {
        "x": Seq(x),
        "W_xh": W_xh,
        "W_hh": W_hh,
        "b_h": b_h,
        "T": T,
        "z_h": Seq(z),
        "h": Seq(np.array(h), 1, 0),
        "phi_h": np.tanh,
        "W_ho": W_ho,
        "b_o": b_o,
        "o": Seq(o),
        "y": Seq(y),
        "L": Seq(losses),
        "L_total": losses.sum(),
    }


def lstm(rng: np.random.Generator) -> Data:
    T, D, H = 3, 2, 4
    x = rng.normal(size=(T, D))
    data: Data = {"x": Seq(x)}
    for gate in "fico":
        data[f"W_x{gate}"] = rng.normal(size=(H, D))
        data[f"W_h{gate}"] = 0.7 * rng.normal(size=(H, H))
        data[f"b_{gate}"] = rng.normal(size=H)
    names = ("f", "i", "c_tilde", "o", "C", "h")
    states: dict[str, list] = {name: [] for name in names}
    h, C = rng.normal(size=(2, H))
    data["h_before"], data["C_before"] = h, C

    def net(gate: str, step: np.ndarray) -> np.ndarray:
        return (
            data[f"W_x{gate}"] @ step
            + data[f"W_h{gate}"] @ h
            + data[f"b_{gate}"]
        )

    for step in x:
        f, i, o = (logistic(net(gate, step)) for gate in "fio")
        c = np.tanh(net("c", step))
        C = f * C + i * c
        h = o * np.tanh(C)
        for name, value in zip(names, (f, i, c, o, C, h), strict=True):
            states[name].append(value)
    before = {"C": data.pop("C_before"), "h": data.pop("h_before")}
    for name in names:
        data[name.replace("c_tilde", "C_hat")] = Seq(
            np.array(states[name]), start=1, outside=before.get(name)
        )
    return data


GATE = (
    r"\mathbf{{W}}_{{x{g}}} \mathbf{{x}}^{{(t)}} + "
    r"\mathbf{{W}}_{{h{g}}} \mathbf{{h}}^{{(t-1)}} + \mathbf{{b}}_{g}"
)
RNN_ROW = (
    r"\mathbf{h}^{(t)} = \phi_h(\mathbf{W}_{xh} \mathbf{x}^{(t)} + "
    r"\mathbf{W}_{hh} \mathbf{h}^{(t-1)} + \mathbf{b}_h)"
)
BPTT = (
    r"\frac{\partial L^{(t)}}{\partial W_{hh,ij}} = "
    r"\frac{\partial L^{(t)}}{\partial \mathbf{o}^{(t)}} "
    r"\frac{\partial \mathbf{o}^{(t)}}{\partial \mathbf{h}^{(t)}} "
    r"\left(\sum_{k=1}^{t} \frac{\partial \mathbf{h}^{(t)}}"
    r"{\partial \mathbf{h}^{(k)}} "
    r"\frac{\partial^{+} \mathbf{h}^{(k)}}{\partial W_{hh,ij}}\right), "
    r"\qquad t = 1, \dots, T"
)
LOSS_ROWS = (
    RNN_ROW + r" \\ \mathbf{o}^{(t)} = \mathbf{W}_{ho} \mathbf{h}^{(t)} + "
    r"\mathbf{b}_o \\ L^{(t)} = \tfrac12 \lVert \mathbf{o}^{(t)} - "
    r"\mathbf{y}^{(t)} \rVert^2 \\ "
)

ENTRIES = (
    Entry(
        "sigmoid unit",
        (
            r"J_i = -\log \sigma\bigl((2 y_i - 1) z_i\bigr) "
            r"= \zeta\bigl((1 - 2 y_i) z_i\bigr)",
        ),
        sigmoid_unit,
        {
            "C2": (0, r"J_i = \gamma\bigl((1 - 2 y_i) z_i\bigr)"),
            "sign": (0, r"J_i = \zeta\bigl((2 y_i - 1) z_i\bigr)"),
        },
        1,
    ),
    Entry(
        "gaussian unit",
        (
            r"-\log p(\mathbf{y} \mid \hat{\mathbf{y}}) = \tfrac12 "
            r"\lVert \mathbf{y} - \hat{\mathbf{y}} \rVert^2 "
            r"+ \frac{n}{2} \log(2\pi)",
        ),
        lambda rng: (
            gaussian_unit(rng)
            | {
                "p": lambda y, y_hat: np.exp(
                    np.sum(-0.5 * (y - y_hat) ** 2)
                    - 0.5 * len(y) * np.log(2 * np.pi)
                )
            }
        ),
        {
            "C1": (
                0,
                r"\log p(\mathbf{y} \mid \hat{\mathbf{y}}) = \tfrac12 "
                r"\lVert \mathbf{y} - \hat{\mathbf{y}} \rVert^2 "
                r"+ \frac{n}{2} \log(2\pi)",
            )
        },
    ),
    Entry(
        "one unit",
        (
            r"Z^{(h)}_{n,j} = \sum_{k=0}^{m} A^{(in)}_{n,k}\, W^{(h)}_{k,j}"
            r" \\ A^{(h)}_{n,j} = \phi(Z^{(h)}_{n,j})",
            r"\phi(z) = \frac{1}{1 + e^{-z}}",
        ),
        lambda rng: {k: v for k, v in layer(rng).items() if k != "n"},
        {
            "starts at one": (
                0,
                r"Z^{(h)}_{n,j} = \sum_{k=1}^{m} A^{(in)}_{n,k}\, "
                r"W^{(h)}_{k,j}",
            ),
            "sign": (1, r"\phi(z) = \frac{1}{1 + e^{z}}"),
        },
        3,
    ),
    Entry(
        "forward pass",
        (
            r"""\begin{aligned}
            \mathbf{Z}^{(h)} &= \mathbf{A}^{(in)} \mathbf{W}^{(h)} \\
            \mathbf{A}^{(h)} &= \phi(\mathbf{Z}^{(h)}) \\
            \mathbf{Z}^{(out)} &= \mathbf{A}^{(h)} \mathbf{W}^{(out)} \\
            \mathbf{A}^{(out)} &= \phi(\mathbf{Z}^{(out)})
            \end{aligned}""",
            r"\mathbf{W}^{(h)} \in \mathbb{R}^{(m+1) \times d}",
        ),
        layer,
        {
            "C3": (0, r"\mathbf{Z}^{(h)} = \mathbf{A}^{(in)} \mathbf{V}"),
            "C3, shape": (
                1,
                r"\mathbf{W}^{(h)} \in \mathbb{R}^{m \times d}",
            ),
        },
        4,
    ),
    Entry(
        "backward pass",
        (
            r"""\begin{aligned}
            \boldsymbol\delta^{(out)} &= \mathbf{A}^{(out)} - \mathbf{Y} \\
            \boldsymbol\delta^{(h)} &= \bigl(\boldsymbol\delta^{(out)}
              (\mathbf{W}^{(out)})^\top\bigr)
              \odot \phi'(\mathbf{Z}^{(h)}) \\
            \phi'(\mathbf{Z}^{(h)}) &= \mathbf{A}^{(h)}
              \odot (1 - \mathbf{A}^{(h)})
            \end{aligned}""",
            r"\Delta^{(h)} = (\mathbf{A}^{(in)})^\top "
            r"\boldsymbol\delta^{(h)} \\ \Delta^{(out)} = "
            r"(\mathbf{A}^{(h)})^\top \boldsymbol\delta^{(out)}",
        ),
        layer,
        {
            "C5": (
                0,
                r"\frac{\delta\phi(\mathbf{Z}^{(h)})}"
                r"{\delta\mathbf{Z}^{(h)}} = \mathbf{A}^{(h)} "
                r"\odot (1 - \mathbf{A}^{(h)})",
            ),
            "C5, mean": (
                1,
                r"\Delta^{(h)} = \frac1n (\mathbf{A}^{(in)})^\top "
                r"\boldsymbol\delta^{(h)}",
            ),
            "no transpose": (
                0,
                r"\boldsymbol\delta^{(h)} = (\boldsymbol\delta^{(out)} "
                r"\mathbf{W}^{(out)}) \odot \phi'(\mathbf{Z}^{(h)})",
            ),
        },
        5,
    ),
    Entry(
        "gradients of the cost",
        (
            r"""\begin{aligned}
            Z^{(h)}_{n,j} &= \sum_{k} A^{(in)}_{n,k} W^{(h)}_{k,j} \\
            A^{(h)}_{n,j} &= \phi(Z^{(h)}_{n,j}) \\
            Z^{(out)}_{n,j} &= \sum_{k} A^{(h)}_{n,k} W^{(out)}_{k,j} \\
            A^{(out)}_{n,j} &= \phi(Z^{(out)}_{n,j}) \\
            J &= -\sum_{n,j} \bigl(Y_{n,j} \log A^{(out)}_{n,j}
              + (1 - Y_{n,j}) \log(1 - A^{(out)}_{n,j})\bigr)
            \end{aligned}""",
            r"\frac{\partial}{\partial W^{(out)}_{i,j}} J = \sum_{n} "
            r"A^{(h)}_{n,i}\, \delta^{(out)}_{n,j} \\ "
            r"\frac{\partial}{\partial W^{(h)}_{i,j}} J = \sum_{n} "
            r"A^{(in)}_{n,i}\, \delta^{(h)}_{n,j}",
        ),
        lambda rng: {k: v for k, v in layer(rng).items() if k != "n"},
        {
            "swapped": (
                1,
                r"\frac{\partial}{\partial W^{(out)}_{i,j}} J = \sum_{n} "
                r"A^{(h)}_{n,j}\, \delta^{(out)}_{n,i}",
            ),
            "C5, delta": (
                1,
                r"\frac{\delta}{\delta W^{(out)}_{i,j}} J = \sum_{n} "
                r"A^{(h)}_{n,i}\, \delta^{(out)}_{n,j}",
            ),
        },
        2,
    ),
    Entry(
        "squared error",
        (
            r"a_j = \sigma(z_j) \\ J = \tfrac12 \sum_j (a_j - y_j)^2 \\ "
            r"\delta_j = \frac{\partial J}{\partial z_j} = "
            r"(a_j - y_j)\, a_j (1 - a_j)",
        ),
        squared_error,
        {
            "C4": (
                0,
                r"a_j = \sigma(z_j) \\ J = \tfrac12 \sum_j (a_j - y_j)^2 "
                r"\\ \frac{\partial J}{\partial z_j} = a_j - y_j",
            )
        },
    ),
    Entry(
        "sum over consumers",
        (
            r"u_i = \sin(a_i s), \qquad s = \sum_j c_j x_j \\ "
            r"L = \sum_i u_i \\ \frac{\partial L}{\partial x_j} = "
            r"\sum_i a_i \cos(a_i s)\, c_j",
        ),
        consumers,
        {
            "C6": (
                0,
                r"u_i = \sin(a_i s), \qquad s = \sum_j c_j x_j \\ "
                r"L = \sum_i u_i \\ \frac{\partial L}{\partial x_j} = "
                r"a_3 \cos(a_3 s)\, c_j",
            )
        },
    ),
    Entry(
        "regularisation",
        (
            r"\Delta_{i,j} \leftarrow \Delta_{i,j} + "
            r"\lambda\, W_{i,j}\, [i > 0]",
            r"\mathbf{W} \leftarrow \mathbf{W} - \eta \Delta",
        ),
        regularised,
        {
            "C18": (
                0,
                r"\Delta_{i,j} \leftarrow \Delta_{i,j} + \lambda W_{i,j}",
            ),
            "equals": (1, r"\mathbf{W} = \mathbf{W} - \eta \Delta"),
        },
        2,
    ),
    Entry(
        "self-attention",
        (
            r"\omega_{ij} = \mathbf{x}^{(i)\top} \mathbf{x}^{(j)}",
            r"W_{ij} = \frac{\exp(\omega_{ij})}"
            r"{\sum_{j'=1}^{T} \exp(\omega_{ij'})}",
            r"\mathbf{o}^{(i)} = \sum_{j=1}^{T} W_{ij}\, \mathbf{x}^{(j)}",
            r"\mathbf{q}^{(i)} = \mathbf{U}_q \mathbf{x}^{(i)}, \qquad "
            r"\mathbf{k}^{(i)} = \mathbf{U}_k \mathbf{x}^{(i)}, \qquad "
            r"\mathbf{v}^{(i)} = \mathbf{U}_v \mathbf{x}^{(i)}",
            r"""\begin{aligned}
            e_{ij} &= \frac{\mathbf{q}^{(i)\top} \mathbf{k}^{(j)}}
              {\sqrt{d_k}} \\
            A_{ij} &= \frac{\exp(e_{ij})}{\sum_{l=1}^{T} \exp(e_{il})} \\
            \mathbf{c}^{(i)} &= \sum_{j=1}^{T} A_{ij}\, \mathbf{v}^{(j)}
            \end{aligned}""",
        ),
        attention,
        {
            "C7, normalised over rows": (
                1,
                r"W_{ij} = \frac{\exp(\omega_{ij})}"
                r"{\sum_{l=1}^{T} \exp(\omega_{lj})}",
            ),
            "C7, reused letter": (
                1,
                r"W_{ij} = \frac{\exp(\omega_{ij})}"
                r"{\sum_{j=1}^{T} \exp(\omega_{ij})}",
            ),
            "C7, from zero": (
                2,
                r"\mathbf{o}^{(i)} = \sum_{j=0}^{T} W_{ij} \mathbf{x}^{(j)}",
            ),
            "C7, label": (
                2,
                r"\mathbf{o}^{(i)} = \sum_{j=1}^{T} W_{ij} \mathbf{x}^{j}_0",
            ),
            "C7, no scale": (
                4,
                r"e_{ij} = \mathbf{q}^{(i)\top} \mathbf{k}^{(j)} \\ "
                r"A_{ij} = \frac{\exp(e_{ij})}{\sum_{l=1}^{T} \exp(e_{il})}",
            ),
        },
        4,
    ),
    Entry(
        "adversarial value",
        (
            r"V = \mathbb{E}_{x \sim p_{\text{data}}(x)}[\log D(x)] + "
            r"\mathbb{E}_{z \sim p_z(z)}[\log(1 - D(G(z)))]",
            r"\theta_D \leftarrow \theta_D + \eta\, g_D",
        ),
        adversarial,
        {
            "C16": (1, r"\theta_D \leftarrow \theta_D - \eta\, g_D"),
            "no minus": (
                0,
                r"V = \mathbb{E}_{x \sim p_{\text{data}}(x)}[\log D(x)] + "
                r"\mathbb{E}_{z \sim p_z(z)}[\log(D(G(z)))]",
            ),
        },
        1,
    ),
    Entry(
        "batch normalization",
        (
            r"""\begin{aligned}
            \mu_{B,c} &= \frac{1}{m h w} \sum_{i,j,k} Z_{i,j,k,c} \\
            \sigma_{B,c}^2 &= \frac{1}{m h w} \sum_{i,j,k}
              (Z_{i,j,k,c} - \mu_{B,c})^2
            \end{aligned}""",
            r"Z^{\text{std}}_{i,j,k,c} = \frac{Z_{i,j,k,c} - \mu_{B,c}}"
            r"{\sqrt{\sigma_{B,c}^2 + \epsilon}}",
            r"A^{\text{pre}}_{i,j,k,c} = \gamma_c Z^{\text{std}}_{i,j,k,c} "
            r"+ \beta_c",
        ),
        batch_norm,
        {
            "C8": (
                2,
                r"A^{\text{pre}}_{i} = \gamma Z^{\text{std}}_{i} + \beta",
            ),
            "no epsilon": (
                1,
                r"Z^{\text{std}}_{i,j,k,c} = \frac{Z_{i,j,k,c} - \mu_{B,c}}"
                r"{\sqrt{\sigma_{B,c}^2}}",
            ),
            "no square": (
                0,
                r"\sigma_{B,c} = \frac{1}{m h w} \sum_{i,j,k} "
                r"(Z_{i,j,k,c} - \mu_{B,c})^2",
            ),
        },
        3,
    ),
    Entry(
        "Monte Carlo",
        (r"V(S_t) \leftarrow V(S_t) + \alpha \bigl(G_t - V(S_t)\bigr)",),
        monte_carlo,
        {
            "equals": (0, r"V(S_t) = V(S_t) + \alpha (G_t - V(S_t))"),
            "sign": (0, r"V(S_t) \leftarrow V(S_t) + \alpha (V(S_t) - G_t)"),
        },
        1,
    ),
    Entry(
        "temporal difference",
        (
            r"V(S_t) \leftarrow V(S_t) + \alpha \bigl(R_{t+1} + "
            r"\gamma V(S_{t+1}) - V(S_t)\bigr)",
        ),
        temporal_difference,
        {
            "C9": (
                0,
                r"V(S_t) \leftarrow V(S_t) + \alpha \bigl(R_{t+1} - "
                r"V(S_t)\bigr)",
            )
        },
    ),
    Entry(
        "convolution",
        (r"y_i = \sum_{k=-\infty}^{\infty} x_{i-k}\, w_k",),
        infinite_convolution,
        {
            "correlation": (
                0,
                r"y_i = \sum_{k=-\infty}^{\infty} x_{i+k}\, w_k",
            )
        },
        1,
    ),
    Entry(
        "padded convolution",
        (
            r"y_i = \sum_{k=0}^{m-1} x^{p}_{i+m-1-k}\, w_k, \qquad "
            r"i = 0, \dots, n + 2p - m",
        ),
        padded_convolution,
        {
            "C10": (
                0,
                r"y_i = \sum_{k=0}^{m-1} x^{p}_{i+m-k}\, w_k, \qquad "
                r"i = 0, \dots, n + 2p - m",
            ),
            "short": (
                0,
                r"y_i = \sum_{k=0}^{m-1} x^{p}_{i+m-1-k}\, w_k, \qquad "
                r"i = 0, \dots, n + 2p - m - 1",
            ),
        },
        1,
    ),
    Entry(
        "output size",
        (r"o = \left\lfloor \frac{n + 2p - m}{s} \right\rfloor + 1",),
        output_size,
        {
            "C12": (
                0,
                r"o = \left\lceil \frac{1}{s} \left(\left\lfloor "
                r"\frac{n + 2p - m}{s} \right\rfloor + 1\right) "
                r"\right\rceil",
            ),
            "no floor": (0, r"o = \frac{n + 2p - m}{s} + 1"),
        },
        1,
    ),
    Entry(
        "same padding",
        (
            r"p_{l,i} = \left\lfloor \frac{m_i - 1}{2} \right\rfloor, "
            r"\qquad p_{r,i} = m_i - 1 - p_{l,i}",
        ),
        same_padding,
        {"C13": (0, r"p_{l,i} = \frac{m_i - 1}{2}")},
    ),
    Entry(
        "recurrent cell",
        (
            r"""\begin{aligned}
            \mathbf{z}_h^{(t)} &= \mathbf{W}_{xh} \mathbf{x}^{(t)}
              + \mathbf{W}_{hh} \mathbf{h}^{(t-1)} + \mathbf{b}_h \\
            \mathbf{h}^{(t)} &= \phi_h(\mathbf{z}_h^{(t)})
            \end{aligned}""",
        ),
        recurrent,
        {
            "C17": (
                0,
                r"\mathbf{z}_h^{(t)} = \mathbf{W}_{xh} \mathbf{x}^{(t)} + "
                r"\mathbf{W}_{hh} \mathbf{h}^{(t \ne 1)} + \mathbf{b}_h",
            ),
            "the notes' t-1": (
                0,
                r"\mathbf{z}_h^{(t)} = \mathbf{W}_{xh} \mathbf{x}^{(t)} + "
                r"\mathbf{W}_{hh} \mathbf{h}^{t-1} + \mathbf{b}_x",
            ),
            "same time": (
                0,
                r"\mathbf{z}_h^{(t)} = \mathbf{W}_{xh} \mathbf{x}^{(t)} + "
                r"\mathbf{W}_{hh} \mathbf{h}^{(t)} + \mathbf{b}_h",
            ),
        },
        2,
    ),
    Entry(
        "backpropagation through time",
        (
            LOSS_ROWS + r"L_{\text{total}} = \sum_{t=1}^{T} L^{(t)}",
            BPTT,
            r"\frac{\partial \mathbf{h}^{(t)}}{\partial \mathbf{h}^{(k)}} = "
            r"\prod_{i=0}^{t-k-1} \frac{\partial \mathbf{h}^{(t-i)}}"
            r"{\partial \mathbf{h}^{(t-i-1)}}, \qquad 1 \le k < t \le T",
        ),
        recurrent,
        {
            "C14": (1, BPTT.replace("^{+}", "")),
            "order of the product": (
                2,
                r"\frac{\partial \mathbf{h}^{(t)}}"
                r"{\partial \mathbf{h}^{(k)}} = \prod_{i=k+1}^{t} "
                r"\frac{\partial \mathbf{h}^{(i)}}"
                r"{\partial \mathbf{h}^{(i-1)}}, "
                r"\qquad 1 \le k < t \le T",
            ),
        },
        3,
    ),
    Entry(
        "LSTM",
        (
            r"\mathbf{f}_t = \sigma(" + GATE.format(g="f") + ")",
            r"\mathbf{i}_t = \sigma(" + GATE.format(g="i") + r") \\ "
            r"\hat{\mathbf{C}}_t = \tanh(" + GATE.format(g="c") + ")",
            r"\mathbf{C}^{(t)} = \mathbf{f}_t \odot \mathbf{C}^{(t-1)} + "
            r"\mathbf{i}_t \odot \hat{\mathbf{C}}_t",
            r"\mathbf{o}_t = \sigma(" + GATE.format(g="o") + ")",
            r"\mathbf{h}^{(t)} = \mathbf{o}_t \odot \tanh(\mathbf{C}^{(t)})",
        ),
        lstm,
        {
            "gates swapped": (
                2,
                r"\mathbf{C}^{(t)} = \mathbf{i}_t \odot "
                r"\mathbf{C}^{(t-1)} + \mathbf{f}_t \odot "
                r"\hat{\mathbf{C}}_t",
            ),
            "the notes' circled plus": (
                2,
                r"\mathbf{C}^{(t)} = (\mathbf{C}^{(t-1)} \odot "
                r"\mathbf{f}_t) \oplus (\mathbf{i}_t \odot "
                r"\hat{\mathbf{C}}_t)",
            ),
        },
        6,
    ),
)
