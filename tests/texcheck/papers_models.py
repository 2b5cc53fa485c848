"""Formulas of models, each as its paper prints it, with two faults of each."""

from typing import Any

import numpy as np

from tests.texcheck.corpus import Data, Entry, logistic
from texcheck import Seq

NEEDED = {
    "rotary embedding": (
        r"i \in [1, 2, \dots, d/2]: a set with an ellipsis may stand in "
        "square brackets, and its second value is checked."
    ),
    "graph attention": (
        r"softmax_j(e_{ij}): a function of a column with a letter below is "
        "that function over the letter's axis, at its entry."
    ),
    "transposed convolution": (
        r"\sum_{\substack{i, k \\ i s + k - p = j}}: an equality below a sum "
        "that does not start with a new letter is a condition; stacked lines "
        "and a colon part conditions as a comma does."
    ),
    "GELU": (
        r"\log 2\pi, and x / \Phi(x): a number before \pi, and a bracket "
        "behind the name of a function, have one reading."
    ),
}


def instead(latex: str, old: str, new: str) -> str:
    """Return the formula with one thing changed, which must be there."""
    assert latex.count(old) >= 1, old
    return latex.replace(old, new, 1)


def swish(z: Any) -> Any:
    return z * logistic(z)


def swiglu(rng: np.random.Generator) -> Data:
    x, U = rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    W, V = rng.normal(size=(2, 4, 5))
    b, c = rng.normal(size=(2, 3, 5))
    return {
        "x": x,
        "W": W,
        "V": V,
        "b": b,
        "c": c,
        "U": U,
        "Swish": swish,
        "SwiGLU": lambda x, W, V, b, c: swish(x @ W + b) * (x @ V + c),
        "FFN": lambda x, W, V, U: (swish(x @ W) * (x @ V)) @ U,
    }


def rotary(rng: np.random.Generator) -> Data:
    d, M = 6, 5
    q = rng.normal(size=(M, d))
    angle = np.outer(np.arange(1, M + 1), 10000.0 ** (-np.arange(0, d, 2) / d))
    turned = (q[:, 0::2] + 1j * q[:, 1::2]) * np.exp(1j * angle)
    out = np.stack([turned.real, turned.imag], axis=-1).reshape(M, d)
    return {
        "q": Seq(q, axes=(0, 1)),
        "q_rot": Seq(out, axes=(0, 1)),
        "d": d,
    }


def masked(rng: np.random.Generator) -> Data:
    T, d = 4, 3
    q, k = rng.normal(size=(2, T, d))
    v = rng.normal(size=(T, 2))
    M = np.where(np.tri(T), 0.0, -np.inf)
    e = q @ k.T / np.sqrt(d)
    alpha = np.exp(e + M)
    alpha /= alpha.sum(axis=1, keepdims=True)
    return {
        "q": q,
        "k": k,
        "v": v,
        "M": M,
        "d_k": d,
        "e": e,
        "alpha": alpha,
        "o": alpha @ v,
    }


def graph(rng: np.random.Generator) -> Data:
    N, F, H = 4, 3, 2
    h, W, a = (
        rng.normal(size=(N, F)),
        rng.normal(size=(H, F)),
        rng.normal(size=4),
    )
    z = h @ W.T
    pairs = [
        [np.concatenate([z[i], z[j]]) for j in range(N)] for i in range(N)
    ]
    e = np.array(pairs) @ a
    e = np.where(e > 0, e, 0.2 * e)
    alpha = np.exp(e) / np.exp(e).sum(axis=1, keepdims=True)
    return {
        "h": h,
        "W": W,
        "a": a,
        "e": e,
        "alpha": alpha,
        "LeakyReLU": lambda x: x if x > 0 else 0.2 * x,
        "softmax": lambda x: np.exp(x) / np.exp(x).sum(),
    }


def alignment(rng: np.random.Generator) -> Data:
    W, U = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    v, s, h = (
        rng.normal(size=4),
        rng.normal(size=(4, 3)),
        rng.normal(size=(5, 2)),
    )
    e = np.tanh((s[:3] @ W.T)[:, None] + (h @ U.T)[None]) @ v
    alpha = np.exp(e) / np.exp(e).sum(axis=1, keepdims=True)
    return {
        "W_a": W,
        "U_a": U,
        "v_a": v,
        "s": Seq(s, start=0),
        "h": Seq(h),
        "T_x": 5,
        "alpha": Seq(alpha, axes=(0, 1)),
        "c": Seq(alpha @ h),
    }


def heads(rng: np.random.Generator) -> Data:
    Q, K, V = rng.normal(size=(3, 4, 3))
    W = rng.normal(size=(3, 2, 3, 2))

    def attend(Q: Any, K: Any, V: Any) -> Any:
        return np.exp(Q @ K.T) @ V

    heads = [attend(Q @ W[0, i], K @ W[1, i], V @ W[2, i]) for i in range(2)]
    return {
        "Q": Q,
        "K": K,
        "V": V,
        "W_Q": Seq(list(W[0])),
        "W_K": Seq(list(W[1])),
        "W_V": Seq(list(W[2])),
        "Attention": attend,
        "head": Seq(np.array(heads)),
    }


def positions(rng: np.random.Generator) -> Data:
    d, T = 6, int(rng.integers(4, 7))
    angle = np.outer(np.arange(T), 10000.0 ** (-np.arange(0, d, 2) / d))
    PE = np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(T, d)
    return {"PE": PE, "d_model": d}


def peephole(rng: np.random.Generator) -> Data:
    H, D, T = 3, 2, 3
    gates = {g: rng.normal(size=(H, D)) for g in "ifco"}
    back = {g: 0.5 * rng.normal(size=(H, H)) for g in "ifco"}
    peep = {g: np.diag(rng.normal(size=H)) for g in "ifo"}
    b = {g: rng.normal(size=H) for g in "ifco"}
    x = rng.normal(size=(T, D))
    h, c = [rng.normal(size=H)], [rng.normal(size=H)]
    kept: dict[str, list] = {"i": [], "f": [], "o": []}

    def gate(g: str, t: int, cell: np.ndarray) -> np.ndarray:
        z = gates[g] @ x[t] + back[g] @ h[-1] + peep[g] @ cell + b[g]
        kept[g].append(logistic(z))
        return kept[g][-1]

    for t in range(T):
        i, f = gate("i", t, c[-1]), gate("f", t, c[-1])
        new = np.tanh(gates["c"] @ x[t] + back["c"] @ h[-1] + b["c"])
        c.append(f * c[-1] + i * new)
        h.append(gate("o", t, c[-1]) * np.tanh(c[-1]))
    data: Data = {"x": Seq(x)}
    data |= {f"W_x{g}": value for g, value in gates.items()}
    data |= {f"W_h{g}": value for g, value in back.items()}
    data |= {f"W_c{g}": value for g, value in peep.items()}
    data |= {f"b_{g}": value for g, value in b.items()}
    data |= {g: Seq(np.array(values)) for g, values in kept.items()}
    data["h"] = Seq(np.array(h[1:]), 1, h[0])
    data["c"] = Seq(np.array(c[1:]), 1, c[0])
    return data


def update_gate(rng: np.random.Generator) -> Data:
    H, D, T = 3, 2, 3
    W, W_z, W_r = rng.normal(size=(3, H, D))
    U, U_z, U_r = 0.7 * rng.normal(size=(3, H, H))
    x, h = rng.normal(size=(T, D)), [rng.normal(size=H)]
    for step in x:
        z = logistic(W_z @ step + U_z @ h[-1])
        r = logistic(W_r @ step + U_r @ h[-1])
        new = np.tanh(W @ step + U @ (r * h[-1]))
        h.append((1 - z) * h[-1] + z * new)
    weights = {"W": W, "W_z": W_z, "W_r": W_r, "U": U, "U_z": U_z, "U_r": U_r}
    return {**weights, "x": Seq(x), "h": Seq(np.array(h[1:]), 1, h[0])}


def deconvolution(rng: np.random.Generator) -> Data:
    x, w, s, p = rng.normal(size=4), rng.normal(size=3), 2, 1
    whole = np.zeros(3 * s + 3)
    for i, value in enumerate(x):
        whole[i * s : i * s + 3] += value * w
    return {"x": x, "w": w, "s": s, "p": p, "y": whole[p:-p]}


def separable(rng: np.random.Generator) -> Data:
    K, F = rng.normal(size=(3, 2, 2)), rng.normal(size=(5, 4, 2))
    windows = np.lib.stride_tricks.sliding_window_view(F, (3, 2), axis=(0, 1))
    G = np.einsum("klmij,ijm->klm", windows, K)
    axes = (0, 1, 2)
    return {
        "K_hat": Seq(K, axes=axes),
        "F": Seq(F, axes=axes),
        "G_hat": Seq(G, axes=axes),
    }


def squeeze(rng: np.random.Generator) -> Data:
    u = rng.normal(size=(4, 3, 5))
    z = u.mean(axis=(1, 2))
    W_1, W_2 = rng.normal(size=(2, 4)), rng.normal(size=(4, 2))
    W_1 *= np.array([[1], [-1]]) * np.sign(W_1 @ z)[:, np.newaxis]
    return {
        "u": Seq(u, axes=(0, 1, 2)),
        "H": 3,
        "W": 5,
        "z": Seq(z),
        "W_1": W_1,
        "W_2": W_2,
        "delta": lambda a: np.maximum(a, 0),
        "q": z,
        "s": logistic(W_2 @ np.maximum(W_1 @ z, 0)),
    }


def gelu(rng: np.random.Generator) -> Data:
    from math import erf, sqrt

    def Phi(x: float) -> float:
        return 0.5 * (1 + erf(x / sqrt(2)))

    x = rng.normal(size=3)
    return {
        "GELU": lambda x: x * Phi(x),
        "Phi": Phi,
        "erf": erf,
        "u": x,
        "ratio": np.array([v / Phi(v) for v in x]),
    }


def units(rng: np.random.Generator) -> Data:
    alpha, lam = 1.67, 1.05

    def elu(x: float) -> float:
        return x if x > 0 else alpha * (np.exp(x) - 1)

    return {
        "alpha": alpha,
        "lam": lam,
        "f": elu,
        "selu": lambda x: lam * elu(x),
    }


def low_rank(rng: np.random.Generator) -> Data:
    W, B, A = (
        rng.normal(size=(3, 4)),
        rng.normal(size=(3, 2)),
        rng.normal(size=(2, 4)),
    )
    x, alpha = rng.normal(size=4), 3.0
    h = W @ x + alpha / 2 * B @ A @ x
    return {"W_0": W, "B": B, "A": A, "x": x, "alpha": alpha, "r": 2, "h": h}


def instance_norm(rng: np.random.Generator) -> Data:
    x = 0.4 + 1.5 * rng.normal(size=(2, 3, 4, 5))
    mu, var = x.mean(axis=(2, 3)), x.var(axis=(2, 3))
    y = (x - mu[..., None, None]) / np.sqrt(var + 0.02)[..., None, None]
    return {
        "x": Seq(x, axes=(0, 1, 2, 3)),
        "y": Seq(y, axes=(0, 1, 2, 3)),
        "mu": Seq(mu, axes=(0, 1)),
        "sigma": Seq(np.sqrt(var), axes=(0, 1)),
        "W": 4,
        "H": 5,
        "epsilon": 0.02,
    }


SWIGLU = (
    r"\mathrm{SwiGLU}(x, W, V, b, c) = \mathrm{Swish}(xW + b) \odot (xV + c)",
    r"\mathrm{FFN}(x, W, V, U) = (\mathrm{Swish}(xW) \odot (xV)) U",
)
ROTARY = (
    r"q^{\text{rot}}_{m,2i-1} = q_{m,2i-1} \cos(m\theta_i) - q_{m,2i} "
    r"\sin(m\theta_i), \quad i \in [1, 2, \dots, d/2] \\ "
    r"q^{\text{rot}}_{m,2i} = q_{m,2i} \cos(m\theta_i) + q_{m,2i-1} "
    r"\sin(m\theta_i), \quad i \in [1, 2, \dots, d/2] \\ "
    r"\theta_i = 10000^{-2(i-1)/d}, \quad i \in [1, 2, \dots, d/2]"
)
MASKED = (
    r"e_{ij} = \frac{q_i^\top k_j}{\sqrt{d_k}} \\ \alpha_{ij} = "
    r"\frac{\exp(e_{ij} + M_{ij})}{\sum_{j'} \exp(e_{ij'} + M_{ij'})} \\ "
    r"o_i = \sum_j \alpha_{ij} v_j"
)
GRAPH = (
    r"e_{ij} = \mathrm{LeakyReLU}\left(\mathbf{a}^T [\mathbf{W} h_i, "
    r"\mathbf{W} h_j]\right)",
    r"\alpha_{ij} = \mathrm{softmax}_j(e_{ij}) = \frac{\exp(e_{ij})}"
    r"{\sum_k \exp(e_{ik})}",
)
ALIGNMENT = (
    r"\alpha_{ij} = \frac{\exp(e_{ij})}{\sum_{k=1}^{T_x} \exp(e_{ik})}, "
    r"\qquad e_{ij} = v_a^\top \tanh(W_a s_{i-1} + U_a h_j) \\ "
    r"c_i = \sum_{j=1}^{T_x} \alpha_{ij} h_j"
)
HEADS = r"\mathrm{head}_i = \mathrm{Attention}(Q W_i^Q, K W_i^K, V W_i^V)"
POSITIONS = (
    r"\mathrm{PE}_{p,2i} = \sin(p / 10000^{2i/d_{\text{model}}}), \quad "
    r"i = 0, \dots, d_{\text{model}}/2 - 1 \\ "
    r"\mathrm{PE}_{p,2i+1} = \cos(p / 10000^{2i/d_{\text{model}}}), \quad "
    r"i = 0, \dots, d_{\text{model}}/2 - 1"
)
PEEPHOLE = (
    r"i_t = \sigma(W_{xi} x_t + W_{hi} h_{t-1} + W_{ci} c_{t-1} + b_i) \\ "
    r"f_t = \sigma(W_{xf} x_t + W_{hf} h_{t-1} + W_{cf} c_{t-1} + b_f) \\ "
    r"c_t = f_t \odot c_{t-1} + i_t \odot \tanh(W_{xc} x_t + W_{hc} h_{t-1} "
    r"+ b_c) \\ "
    r"o_t = \sigma(W_{xo} x_t + W_{ho} h_{t-1} + W_{co} c_t + b_o) \\ "
    r"h_t = o_t \odot \tanh(c_t)"
)
UPDATE_GATE = (
    r"z_t = \sigma(W_z x_t + U_z h_{t-1}) \\ "
    r"r_t = \sigma(W_r x_t + U_r h_{t-1}) \\ "
    r"\tilde{h}_t = \tanh(W x_t + U (r_t \odot h_{t-1})) \\ "
    r"h_t = (1 - z_t) \odot h_{t-1} + z_t \odot \tilde{h}_t"
)
DECONVOLUTION = (
    r"y_j = \sum_{\substack{i, k \\ i s + k - p = j}} x_i w_k = "
    r"\sum_{i, k \,:\, i s + k - p = j} x_i w_k"
)
SEPARABLE = (
    r"\hat{\mathbf{G}}_{k,l,m} = \sum_{i,j} \hat{\mathbf{K}}_{i,j,m} \cdot "
    r"\mathbf{F}_{k+i-1,l+j-1,m}"
)
SQUEEZE = (
    r"z_c = \frac{1}{H \times W} \sum_{i=1}^{H} \sum_{j=1}^{W} u_c(i, j)",
    r"\mathbf{s} = \sigma(\mathbf{W}_2 \delta(\mathbf{W}_1 \mathbf{q}))",
)
GELU = (
    r"\mathrm{GELU}(x) = x \Phi(x) = x \cdot \frac{1}{2} \left[1 + "
    r"\mathrm{erf}(x/\sqrt{2})\right]",
    r"\text{ratio}_i = u_i / \Phi(u_i)",
)
UNITS = (
    r"f(x) = \begin{cases} x & \text{if } x > 0 \\ \alpha(\exp(x) - 1) & "
    r"\text{if } x \leq 0 \end{cases}, \quad f'(x) = \begin{cases} 1 & "
    r"\text{if } x > 0 \\ f(x) + \alpha & \text{if } x \leq 0 \end{cases}",
    r"\mathrm{selu}(x) = \lambda \begin{cases} x & \text{if } x > 0 \\ "
    r"\alpha e^x - \alpha & \text{if } x \leqslant 0 \end{cases}",
)
LOW_RANK = r"h = W_0 x + \frac{\alpha}{r} B A x"
INSTANCE_NORM = (
    r"y_{tijk} = \frac{x_{tijk} - \mu_{ti}}{\sqrt{\sigma_{ti}^2 + \epsilon}}, "
    r"\quad \mu_{ti} = \frac{1}{HW} \sum_{l=1}^{W} \sum_{m=1}^{H} x_{tilm}, "
    r"\quad \sigma_{ti}^2 = \frac{1}{HW} \sum_{l=1}^{W} \sum_{m=1}^{H} "
    r"(x_{tilm} - \mu_{ti})^2"
)

ENTRIES = (
    Entry(
        "SwiGLU",
        SWIGLU,
        swiglu,
        {
            "one matrix twice": (0, instead(SWIGLU[0], "xV", "xW")),
            "gate after the sum": (
                1,
                r"\mathrm{FFN}(x, W, V, U) = \mathrm{Swish}(xW U) "
                r"\odot (xV U)",
            ),
        },
    ),
    Entry(
        "rotary embedding",
        (ROTARY,),
        rotary,
        {
            "turned back": (0, instead(ROTARY, "- q_{m,2i}", "+ q_{m,2i}")),
            "angle": (0, instead(ROTARY, "-2(i-1)", "-2i")),
        },
    ),
    Entry(
        "masked attention",
        (MASKED,),
        masked,
        {
            "mask transposed": (0, instead(MASKED, "M_{ij'}", "M_{j'i}")),
            "over queries": (
                0,
                instead(MASKED, r"\alpha_{ij} v_j", r"\alpha_{ji} v_j"),
            ),
        },
    ),
    Entry(
        "graph attention",
        GRAPH,
        graph,
        {
            "over the other letter": (
                1,
                instead(GRAPH[1], "softmax}_j", "softmax}_i"),
            ),
            "order": (
                0,
                instead(
                    GRAPH[0], "h_i, \\mathbf{W} h_j", "h_j, \\mathbf{W} h_i"
                ),
            ),
        },
    ),
    Entry(
        "alignment model",
        (ALIGNMENT,),
        alignment,
        {
            "state": (0, instead(ALIGNMENT, "s_{i-1}", "s_i")),
            "over states": (0, instead(ALIGNMENT, "e_{ik}", "e_{kj}")),
        },
    ),
    Entry(
        "multi-head attention",
        (HEADS,),
        heads,
        {
            "keys projected as queries": (0, instead(HEADS, "W_i^K", "W_i^Q")),
            "values as keys": (0, instead(HEADS, "V W_i^V", "K W_i^V")),
        },
    ),
    Entry(
        "positional encoding",
        (POSITIONS,),
        positions,
        {
            "sine twice": (0, instead(POSITIONS, r"\cos", r"\sin")),
            "exponent": (0, instead(POSITIONS, "{2i/d", "{i/d")),
        },
    ),
    Entry(
        "peephole LSTM",
        (PEEPHOLE,),
        peephole,
        {
            "old cell": (
                0,
                instead(PEEPHOLE, "W_{co} c_t", "W_{co} c_{t-1}"),
            ),
            "other gate's weights": (
                0,
                instead(PEEPHOLE, "W_{ci} c", "W_{cf} c"),
            ),
        },
    ),
    Entry(
        "gated recurrent unit, as evaluated in 2014",
        (UPDATE_GATE,),
        update_gate,
        {
            "gate turned": (
                0,
                instead(
                    UPDATE_GATE,
                    r"(1 - z_t) \odot h_{t-1} + z_t",
                    r"z_t \odot h_{t-1} + (1 - z_t)",
                ),
            ),
            "reset of the new state": (
                0,
                instead(UPDATE_GATE, r"r_t \odot h", r"z_t \odot h"),
            ),
        },
    ),
    Entry(
        "transposed convolution",
        (DECONVOLUTION,),
        deconvolution,
        {
            "flipped": (0, instead(DECONVOLUTION, "+ k - p", "- k - p")),
            "stride": (0, instead(DECONVOLUTION, "i s + k", "i + k s")),
        },
    ),
    Entry(
        "depthwise convolution",
        (SEPARABLE,),
        separable,
        {
            "by one": (0, instead(SEPARABLE, "k+i-1", "k+i-2")),
            "axes": (0, instead(SEPARABLE, "K}}_{i,j", "K}}_{j,i")),
        },
    ),
    Entry(
        "squeeze and excitation",
        SQUEEZE,
        squeeze,
        {
            "size": (0, instead(SQUEEZE[0], "W}", "H}")),
            "order": (1, instead(SQUEEZE[1], r"\sigma", r"\delta")),
        },
    ),
    Entry(
        "GELU",
        GELU,
        gelu,
        {
            "no root": (0, instead(GELU[0], r"\sqrt{2}", "2")),
            "sign": (0, instead(GELU[0], "1 + ", "1 - ")),
        },
    ),
    Entry(
        "ELU and SELU",
        UNITS,
        units,
        {
            "slope": (
                0,
                instead(UNITS[0], r"f(x) + \alpha", r"f(x) - \alpha"),
            ),
            "scale": (1, instead(UNITS[1], r"- \alpha", "- 1")),
        },
    ),
    Entry(
        "LoRA",
        (LOW_RANK,),
        low_rank,
        {
            "inverted": (0, instead(LOW_RANK, r"{\alpha}{r}", r"{r}{\alpha}")),
            "sign": (0, instead(LOW_RANK, "+", "-")),
        },
    ),
    Entry(
        "instance norm",
        (INSTANCE_NORM,),
        instance_norm,
        {
            "size": (0, instead(INSTANCE_NORM, "{HW}", "{H}")),
            "over the batch": (
                0,
                instead(INSTANCE_NORM, "x_{tilm},", "x_{litm},"),
            ),
        },
    ),
)
