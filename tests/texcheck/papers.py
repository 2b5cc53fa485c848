"""Formulas that nobody tuned the parser for, each as its paper prints it.

`NEEDED` names those that needed a change when they were first tried.
"""

from itertools import pairwise
from typing import Any

import numpy as np

from tests.texcheck.corpus import Data, Entry, logistic, rows_softmax
from texcheck import Seq

NEEDED = {
    "GRU": (
        "[W x]_j: an index on a square bracket, and an index in angle "
        "brackets below. A subscript on any bracketed array is an index; "
        "angle brackets around a time are read like round ones."
    ),
    "Adam": (
        "g_t^2 of a column: a column has no matrix power, so its power is "
        "entrywise whatever the formula is."
    ),
    "scaled dot-product attention": (
        "K^T: while no T is bound the transpose is its only reading; where "
        "T is bound it is refused."
    ),
    "Xavier variance": (
        "W^i: a sequence of matrices has no power, so a bare superscript on "
        "a sequence is an index."
    ),
    "He variance": (
        r"\forall l without a range: it names a letter that the left side "
        "has already, and adds nothing."
    ),
    "lambda-return": (
        "G_{t:t+n}: a colon in a subscript is part of the name (G_span), "
        "which tells it from G_t; two indices remain."
    ),
    "expected SARSA": (
        r"\pi(a | s) beside Q(s, a): a bar in a call parts its arguments, "
        "and two arguments behind an array are its indices."
    ),
}


def gru(rng: np.random.Generator) -> Data:
    T, D, H = 3, 2, 4
    x = rng.normal(size=(T, D))
    W, W_r, W_z = rng.normal(size=(3, H, D))
    U, U_r, U_z = 0.7 * rng.normal(size=(3, H, H))
    first = h = rng.normal(size=H)
    r, z, c, out = [], [], [], []
    for step in x:
        r.append(logistic(W_r @ step + U_r @ h))
        z.append(logistic(W_z @ step + U_z @ h))
        c.append(np.tanh(W @ step + U @ (r[-1] * h)))
        h = z[-1] * h + (1 - z[-1]) * c[-1]
        out.append(h)
    t = 2
    return {
        "x": x[t - 1],
        "W": W,
        "W_r": W_r,
        "W_z": W_z,
        "phi": np.tanh,
        "U": U,
        "U_r": U_r,
        "U_z": U_z,
        "T": t,
        "r": r[t - 1],
        "z": z[t - 1],
        "h": Seq(np.array(out), 1, first),
        "h_tilde": Seq(np.array(c), 1),
    }


def adam(rng: np.random.Generator) -> Data:
    T, n = 4, 3
    alpha, b1, b2, eps = 0.05, 0.8, 0.95, 0.01
    g = rng.normal(size=(T, n))
    m, v, theta = [np.zeros(n)], [np.zeros(n)], [rng.normal(size=n)]
    m_hat, v_hat = [], []
    for t, grad in enumerate(g, start=1):
        m.append(b1 * m[-1] + (1 - b1) * grad)
        v.append(b2 * v[-1] + (1 - b2) * grad**2)
        m_hat.append(m[-1] / (1 - b1**t))
        v_hat.append(v[-1] / (1 - b2**t))
        theta.append(theta[-1] - alpha * m_hat[-1] / (v_hat[-1] ** 0.5 + eps))
    data: Data = {"g": Seq(g), "alpha": alpha, "epsilon": eps, "T": T}
    data |= {"beta_1": b1, "beta_2": b2}
    states = {"m": m, "v": v, "theta": theta}
    for name, values in states.items():
        data[name] = Seq(np.array(values), start=0)
        data[name + "_new"] = Seq(np.array(values[1:]), start=1)
    for name, values in {"m_hat": m_hat, "v_hat": v_hat}.items():
        data[name] = Seq(np.array(values), start=1)
        data[name + "_new"] = Seq(np.array(values), start=1)
    return data


def rms_norm(rng: np.random.Generator) -> Data:
    a, g = rng.normal(size=(2, 5))

    def rms(a: Seq) -> Any:
        return np.sqrt(np.mean(a.values**2))

    a_bar = a / np.sqrt(np.mean(a**2)) * g
    named = {"a": a, "g": g, "a_bar": a_bar}
    return {k: Seq(v) for k, v in named.items()} | {"n": 5, "RMS": rms}


def group_norm(rng: np.random.Generator) -> Data:
    C, G, H = 6, 3, 4
    x = 0.4 + 1.7 * rng.normal(size=(2, C, H))
    eps = 0.02
    place = np.arange(x.size).reshape(x.shape)
    groups = place.reshape(2, G, C // G * H)
    member = np.zeros(x.size, dtype=int)
    for k, row in enumerate(groups.reshape(-1, groups.shape[-1])):
        member[row] = k
    sets = [groups.reshape(-1, groups.shape[-1])[k] for k in member]
    flat = x.ravel()
    mu = np.array([flat[s].mean() for s in sets])
    sigma = np.array([np.sqrt(flat[s].var() + eps) for s in sets])
    gamma, beta = rng.normal(size=(2, x.size))
    x_hat = (flat - mu) / sigma
    return {
        "x": flat,
        "S": sets,
        "m": groups.shape[-1],
        "epsilon": eps,
        "mu": mu,
        "sigma": sigma,
        "x_hat": x_hat,
        "gamma": gamma,
        "beta": beta,
        "y": gamma * x_hat + beta,
    }


def huber(rng: np.random.Generator) -> Data:
    delta = 0.8

    def loss(a: Any) -> Any:
        small = abs(a) <= delta
        return 0.5 * a * a if small else delta * (abs(a) - 0.5 * delta)

    return {"delta": delta, "L_delta": loss}


def focal(rng: np.random.Generator) -> Data:
    p, y = rng.uniform(0.1, 0.9, size=5), np.array([1, -1, 1, -1, -1])
    alpha_t, gamma = 0.3, 2.5
    p_t = np.where(y == 1, p, 1 - p)
    FL = -alpha_t * (1 - p_t) ** gamma * np.log(p_t)
    return {
        "p": p,
        "y": y,
        "alpha_t": alpha_t,
        "gamma": gamma,
        "FL": FL,
    }


def cosine(rng: np.random.Generator) -> Data:
    A, B = rng.normal(size=(2, 5))
    ratio = A @ B / np.linalg.norm(A) / np.linalg.norm(B)
    return {"A": A, "B": B, "theta": np.arccos(ratio), "n": 5}


def gaussians(rng: np.random.Generator) -> Data:
    m = rng.normal(size=2)
    s = rng.uniform(0.5, 2, size=2)

    def KL(p: int, q: int) -> Any:
        grid = m[p] + s[p] * np.linspace(-12, 12, 4001)
        log_p = -0.5 * ((grid - m[p]) / s[p]) ** 2 - np.log(s[p])
        log_q = -0.5 * ((grid - m[q]) / s[q]) ** 2 - np.log(s[q])
        weight = np.exp(log_p)
        return np.sum(weight * (log_p - log_q)) / np.sum(weight)

    return {
        "mu_1": m[0],
        "mu_2": m[1],
        "sigma_1": s[0],
        "sigma_2": s[1],
        "p": 0,
        "q": 1,
        "KL": KL,
    }


def latent(rng: np.random.Generator) -> Data:
    mu, sigma = rng.normal(size=4), rng.uniform(0.5, 2, size=4)
    log = 2 * np.log(sigma)
    KL = {
        (0, 1): 0.5 * np.sum(sigma**2 + mu**2 - 1 - log),
        (1, 0): 0.5 * np.sum((1 + mu**2) / sigma**2 - 1 + log),
    }
    return {
        "mu": Seq(mu),
        "sigma": Seq(sigma),
        "J": 4,
        "D_KL": lambda q, p: KL[q, p],
        "q_phi": 0,
        "p_theta": 1,
    }


def dot_product_attention(rng: np.random.Generator) -> Data:
    Q, K = rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    V = rng.normal(size=(5, 2))

    def attend(Q: Any, K: Any, V: Any) -> Any:
        return rows_softmax(Q @ K.T / 2) @ V

    return {
        "Q": Q,
        "K": K,
        "V": V,
        "d_k": 4,
        "Attention": attend,
        "softmax": rows_softmax,
    }


def layer_norm(rng: np.random.Generator) -> Data:
    H = 5
    a = 0.3 + 1.4 * rng.normal(size=H)
    mu, sigma = a.mean(), a.std()
    return {"a_l": Seq(a), "mu_l": mu, "sigma_l": sigma, "H": H}


def xavier(rng: np.random.Generator) -> Data:
    n = np.array([4, 6, 3])
    W = []
    for fan_in, fan_out in pairwise(n):
        size = np.sqrt(2 / (fan_in + fan_out))
        W.append(size * rng.permutation([1, -1] * (fan_in * fan_out // 2)))
    shaped = [w.reshape(a, b) for w, a, b in zip(W, n, n[1:], strict=False)]
    return {"W": Seq(shaped, start=0), "n": n, "Var": np.var}


def he(rng: np.random.Generator) -> Data:
    n = np.array([4, 6, 8])
    w = [np.sqrt(2 / k) * rng.permutation([1.0, -1] * (k // 2)) for k in n]
    return {"w": Seq(w, start=0), "n": n, "Var": np.var}


def dropout(rng: np.random.Generator) -> Data:
    y = rng.normal(size=4)
    return {
        "y": y,
        "p": 0.25,
        "z": 0.25 * y,
        "Bernoulli": lambda p: rng.permutation(
            np.repeat([1.0, 0.0], [int(8 * p), 8 - int(8 * p)])
        ),
    }


def cosine_schedule(rng: np.random.Generator) -> Data:
    low, high, now, end = 0.01, 0.4, int(rng.integers(1, 4)), 10
    eta = low + 0.5 * (high - low) * (1 + np.cos(np.pi * now / end))
    return {
        "eta_min_i": low,
        "eta_max_i": high,
        "eta_t": eta,
        "T_cur": now,
        "T_i": end,
    }


def two_layers(rng: np.random.Generator) -> Data:
    T, D, H, K = 3, 2, 4, 3
    x, y = rng.normal(size=(T, D)), rng.normal(size=(T, K))
    W_1, U_1 = rng.normal(size=(H, D)), 0.6 * rng.normal(size=(H, H))
    W_2, U_2 = rng.normal(size=(K, H)), 0.6 * rng.normal(size=(K, K))
    h1, h2 = [rng.normal(size=H)], [rng.normal(size=K)]
    for step in x:
        h1.append(np.tanh(W_1 @ step + U_1 @ h1[-1]))
        h2.append(np.tanh(W_2 @ h1[-1] + U_2 @ h2[-1]))
    d1, d2 = [np.zeros(H)], [np.zeros(K)]
    for t in range(T, 0, -1):
        d2.append((1 - h2[t] ** 2) * (h2[t] - y[t - 1] + U_2.T @ d2[-1]))
        d1.append((1 - h1[t] ** 2) * (W_2.T @ d2[-1] + U_1.T @ d1[-1]))
    return {
        "x": Seq(x),
        "y": Seq(y),
        "T": T,
        "W_1": W_1,
        "U_1": U_1,
        "W_2": W_2,
        "U_2": U_2,
        "h_1": Seq(np.array(h1[1:]), 1, h1[0]),
        "h_2": Seq(np.array(h2[1:]), 1, h2[0]),
        "delta_1": Seq(np.array(d1[:0:-1]), 1, 0),
        "delta_2": Seq(np.array(d2[:0:-1]), 1, 0),
    }


def sarsa(rng: np.random.Generator) -> Data:
    Q = rng.normal(size=(4, 3))
    policy = rows_softmax(rng.normal(size=(4, 3)))
    S, A = np.array([2, 0, 1, 3]), np.array([1, 0, 2, 1])
    R = rng.normal(size=4)
    alpha, gamma = 0.4, 0.9
    new = Q.copy()
    target = R[3] + gamma * policy[3] @ Q[3]
    new[1, 2] += alpha * (target - Q[1, 2])
    return {
        "Q": Q,
        "Q_new": new,
        "pi": lambda a, s: policy[s, a],
        "S": S,
        "A": A,
        "R": R,
        "t": 2,
        "alpha": alpha,
        "gamma": gamma,
    }


def lambda_return(rng: np.random.Generator) -> Data:
    T, lam, gamma = 5, 0.7, 0.9
    R, V = rng.normal(size=T), rng.normal(size=T + 1)
    G = np.zeros(T + 1)
    for t in range(T - 1, -1, -1):
        G[t] = R[t] + gamma * G[t + 1]

    def n_step(t: int, n: int) -> float:
        rewards = sum(gamma**k * R[t + k] for k in range(n))
        return rewards + gamma**n * V[t + n]

    G_lam = [
        (1 - lam) * sum(lam ** (n - 1) * n_step(t, n) for n in range(1, T - t))
        + lam ** (T - t - 1) * G[t]
        for t in range(T)
    ]
    return {
        "R": Seq(R, start=1),
        "V_hat": Seq(V, start=0),
        "T": T,
        "lam": lam,
        "gamma": gamma,
        "G": Seq(G, start=0),
        "G_lam": np.array(G_lam),
    }


CELL = (
    r"r_j = \sigma\left([\mathbf{W}_r \mathbf{x}]_j + "
    r"[\mathbf{U}_r \mathbf{h}_{\langle T-1 \rangle}]_j\right) \\ "
    r"z_j = \sigma\left([\mathbf{W}_z \mathbf{x}]_j + "
    r"[\mathbf{U}_z \mathbf{h}_{\langle T-1 \rangle}]_j\right)"
)
NEW_STATE = (
    r"h_j^{\langle T \rangle} = z_j h_j^{\langle T-1 \rangle} + "
    r"(1 - z_j) \tilde{h}_j^{\langle T \rangle}, \quad \text{where} \quad "
    r"\tilde{h}_j^{\langle T \rangle} = \phi\left([\mathbf{W} \mathbf{x}]_j "
    r"+ [\mathbf{U} (\mathbf{r} \odot \mathbf{h}_{\langle T-1 \rangle})]_j"
    r"\right)"
)
LAYERS = (
    r"h^{(1)}_t = \tanh(W^{(1)} x_t + U^{(1)} h^{(1)}_{t-1}) \\ "
    r"h^{(2)}_t = \tanh(W^{(2)} h^{(1)}_t + U^{(2)} h^{(2)}_{t-1}) \\ "
    r"L = \tfrac12 \sum_{t=1}^{T} \lVert h^{(2)}_t - y_t \rVert^2"
)
BACK = (
    r"\delta^{(2)}_t = (1 - h^{(2)}_t \odot h^{(2)}_t) \odot "
    r"\bigl(h^{(2)}_t - y_t + (U^{(2)})^\top \delta^{(2)}_{t+1}\bigr) \\ "
    r"\delta^{(1)}_t = (1 - h^{(1)}_t \odot h^{(1)}_t) \odot "
    r"\bigl((W^{(2)})^\top \delta^{(2)}_t + "
    r"(U^{(1)})^\top \delta^{(1)}_{t+1}\bigr)"
)

ENTRIES = (
    Entry(
        "GRU",
        (CELL, NEW_STATE),
        gru,
        {
            "gate": (
                1,
                r"h_j^{\langle T \rangle} = (1 - z_j) "
                r"h_j^{\langle T-1 \rangle} + z_j "
                r"\tilde{h}_j^{\langle T \rangle}",
            )
        },
    ),
    Entry(
        "Adam",
        (
            r"m_t \leftarrow \beta_1 \cdot m_{t-1} + (1 - \beta_1) \cdot g_t"
            r" \\ v_t \leftarrow \beta_2 \cdot v_{t-1} + (1 - \beta_2) "
            r"\cdot g_t^2",
            r"\hat{m}_t \leftarrow m_t / (1 - \beta_1^t) \\ "
            r"\hat{v}_t \leftarrow v_t / (1 - \beta_2^t)",
            r"\theta_t \leftarrow \theta_{t-1} - \alpha \cdot \hat{m}_t / "
            r"(\sqrt{\hat{v}_t} + \epsilon)",
        ),
        adam,
        {
            "epsilon under the root": (
                2,
                r"\theta_t \leftarrow \theta_{t-1} - \alpha \cdot "
                r"\hat{m}_t / \sqrt{\hat{v}_t + \epsilon}",
            ),
            "no power": (1, r"\hat{m}_t \leftarrow m_t / (1 - \beta_1)"),
        },
    ),
    Entry(
        "RMSNorm",
        (
            r"\bar{a}_i = \frac{a_i}{\text{RMS}(\mathbf{a})} g_i, \quad "
            r"\text{where}~~ \text{RMS}(\mathbf{a}) = "
            r"\sqrt{\frac{1}{n} \sum_{i=1}^{n} a_i^2}.",
        ),
        rms_norm,
        {
            "no root": (
                0,
                r"\bar{a}_i = \frac{a_i}{\frac{1}{n} \sum_{j=1}^{n} a_j^2} "
                r"g_i",
            )
        },
    ),
    Entry(
        "group norm",
        (
            r"\mu_i = \frac{1}{m} \sum_{k \in \mathcal{S}_i} x_k, \quad "
            r"\sigma_i = \sqrt{\frac{1}{m} \sum_{k \in \mathcal{S}_i} "
            r"(x_k - \mu_i)^2 + \epsilon},",
            r"\hat{x}_i = \frac{1}{\sigma_i}(x_i - \mu_i)",
            r"y_i = \gamma_i \hat{x}_i + \beta_i",
        ),
        group_norm,
        {
            "epsilon inside the sum": (
                0,
                r"\sigma_i = \sqrt{\frac{1}{m} \sum_{k \in \mathcal{S}_i} "
                r"\bigl((x_k - \mu_k)^2 + m \epsilon\bigr)}",
            )
        },
    ),
    Entry(
        "Huber",
        (
            r"""L_\delta(a) = \begin{cases}
            \frac{1}{2} a^2 & \text{for } |a| \le \delta, \\
            \delta \cdot \left(|a| - \frac{1}{2}\delta\right), &
            \text{otherwise.} \end{cases}""",
        ),
        huber,
        {
            "no half": (
                0,
                r"L_\delta(a) = \begin{cases} \frac{1}{2} a^2 & \text{for } "
                r"|a| \le \delta, \\ \delta \cdot (|a| - \delta), & "
                r"\text{otherwise.} \end{cases}",
            ),
            "no bars": (
                0,
                r"L_\delta(a) = \begin{cases} \frac{1}{2} a^2 & \text{for } "
                r"a \le \delta, \\ \delta (|a| - \frac12 \delta), & "
                r"\text{otherwise.} \end{cases}",
            ),
        },
    ),
    Entry(
        "focal loss",
        (
            r"q_i = \begin{cases} p_i & \text{if } y_i = 1 \\ 1 - p_i & "
            r"\text{otherwise,} \end{cases}",
            r"\text{FL}_i = -\alpha_t (1 - q_i)^\gamma \log(q_i).",
        ),
        focal,
        {
            "power of p": (
                1,
                r"\text{FL}_i = -\alpha_t q_i^\gamma \log(q_i)",
            )
        },
    ),
    Entry(
        "cosine similarity",
        (
            r"\cos(\theta) = \frac{\mathbf{A} \cdot \mathbf{B}}"
            r"{\|\mathbf{A}\| \|\mathbf{B}\|} = \frac{\sum_{i=0}^{n-1} A_i "
            r"B_i}{\sqrt{\sum_{i=0}^{n-1} A_i^2} \cdot "
            r"\sqrt{\sum_{i=0}^{n-1} B_i^2}}",
        ),
        cosine,
        {
            "one norm twice": (
                0,
                r"\cos(\theta) = \frac{\mathbf{A} \cdot \mathbf{B}}"
                r"{\|\mathbf{A}\| \|\mathbf{A}\|}",
            )
        },
    ),
    Entry(
        "KL of two Gaussians",
        (
            r"\mathrm{KL}(p, q) = \log \frac{\sigma_2}{\sigma_1} + "
            r"\frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2 \sigma_2^2} - "
            r"\frac{1}{2}",
        ),
        gaussians,
        {
            "inverted": (
                0,
                r"\mathrm{KL}(p, q) = \log \frac{\sigma_1}{\sigma_2} + "
                r"\frac{\sigma_1^2 + (\mu_1 - \mu_2)^2}{2 \sigma_2^2} - "
                r"\frac{1}{2}",
            )
        },
    ),
    Entry(
        "KL of the VAE",
        (
            r"-D_{KL}(q_\phi \,\|\, p_\theta) = \frac{1}{2} \sum_{j=1}^{J} "
            r"\left(1 + \log((\sigma_j)^2) - (\mu_j)^2 - (\sigma_j)^2\right)",
        ),
        latent,
        {
            "sign": (
                0,
                r"D_{KL}(q_\phi \,\|\, p_\theta) = \frac{1}{2} "
                r"\sum_{j=1}^{J} \left(1 + \log((\sigma_j)^2) - (\mu_j)^2 - "
                r"(\sigma_j)^2\right)",
            )
        },
    ),
    Entry(
        "scaled dot-product attention",
        (
            r"\mathrm{Attention}(Q, K, V) = \mathrm{softmax}"
            r"\left(\frac{QK^T}{\sqrt{d_k}}\right)V",
        ),
        dot_product_attention,
        {
            "no root": (
                0,
                r"\mathrm{Attention}(Q, K, V) = \mathrm{softmax}"
                r"\left(\frac{QK^T}{d_k}\right)V",
            )
        },
    ),
    Entry(
        "layer norm",
        (
            r"\mu^l = \frac{1}{H} \sum_{i=1}^{H} a_i^l \qquad \sigma^l = "
            r"\sqrt{\frac{1}{H} \sum_{i=1}^{H} \left(a_i^l - "
            r"\mu^l\right)^2}",
        ),
        layer_norm,
        {
            "no square": (
                0,
                r"\sigma^l = \sqrt{\frac{1}{H} \sum_{i=1}^{H} \left(a_i^l - "
                r"\mu^l\right)}",
            )
        },
    ),
    Entry(
        "Xavier variance",
        (r"\forall i, \quad \text{Var}[W^i] = \frac{2}{n_i + n_{i+1}}",),
        xavier,
        {"one fan": (0, r"\text{Var}[W^i] = \frac{2}{n_i + n_i}")},
    ),
    Entry(
        "He variance",
        (r"\frac{1}{2} n_l \text{Var}[w_l] = 1, \quad \forall l.",),
        he,
        {"no half": (0, r"n_l \text{Var}[w_l] = 1, \quad \forall l.")},
    ),
    Entry(
        "dropout",
        (
            r"z_i = \mathbb{E}_{r \sim \text{Bernoulli}(p)}\left[r\, y_i"
            r"\right] = p\, y_i",
        ),
        dropout,
        {
            "inverted": (
                0,
                r"z_i = \mathbb{E}_{r \sim \text{Bernoulli}(p)}\left["
                r"\frac{r}{p} y_i\right]",
            )
        },
    ),
    Entry(
        "cosine schedule",
        (
            r"\eta_t = \eta^i_{min} + \frac{1}{2}(\eta^i_{max} - "
            r"\eta^i_{min})(1 + \cos(\frac{T_{cur}}{T_i}\pi))",
        ),
        cosine_schedule,
        {
            "no half": (
                0,
                r"\eta_t = \eta^i_{min} + (\eta^i_{max} - \eta^i_{min})"
                r"(1 + \cos(\frac{T_{cur}}{T_i}\pi))",
            )
        },
    ),
    Entry(
        "two-layer BPTT",
        (
            LAYERS,
            BACK,
            r"\frac{\partial L}{\partial U^{(1)}_{ij}} = \sum_{t=1}^{T} "
            r"\delta^{(1)}_{t,i} h^{(1)}_{t-1,j} \\ "
            r"\frac{\partial L}{\partial W^{(2)}_{ij}} = \sum_{t=1}^{T} "
            r"\delta^{(2)}_{t,i} h^{(1)}_{t,j}",
        ),
        two_layers,
        {
            "same time": (
                2,
                r"\frac{\partial L}{\partial U^{(1)}_{ij}} = \sum_{t=1}^{T} "
                r"\delta^{(1)}_{t,i} h^{(1)}_{t,j}",
            ),
            "no transpose": (
                1,
                BACK.replace(r"(U^{(2)})^\top", r"U^{(2)}"),
            ),
        },
    ),
    Entry(
        "expected SARSA",
        (
            r"Q(S_t, A_t) \leftarrow Q(S_t, A_t) + \alpha \Bigl[ R_{t+1} + "
            r"\gamma \sum_a \pi(a | S_{t+1}) Q(S_{t+1}, a) - Q(S_t, A_t) "
            r"\Bigr]",
        ),
        sarsa,
        {
            "this state": (
                0,
                r"Q(S_t, A_t) \leftarrow Q(S_t, A_t) + \alpha \Bigl[ "
                r"R_{t+1} + \gamma \sum_a \pi(a | S_t) Q(S_{t+1}, a) - "
                r"Q(S_t, A_t) \Bigr]",
            )
        },
    ),
    Entry(
        "lambda-return",
        (
            r"G_{t:t+n} = \sum_{k=1}^{n} \gamma^{k-1} R_{t+k} + "
            r"\gamma^n \hat{V}(t+n)",
            r"G_t^\lambda = (1 - \lambda) \sum_{n=1}^{T-t-1} "
            r"\lambda^{n-1} G_{t:t+n} + \lambda^{T-t-1} G_t",
        ),
        lambda_return,
        {
            "one step too many": (
                1,
                r"G_t^\lambda = (1 - \lambda) \sum_{n=1}^{T-t} "
                r"\lambda^{n-1} G_{t:t+n} + \lambda^{T-t-1} G_t",
            )
        },
    ),
)
