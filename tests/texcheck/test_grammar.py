"""Small inputs with their reading, and those that are refused."""

import numpy as np
import pytest

from texcheck import EquationError, Seq, Unsupported, check

A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
M = np.array([[2.0, 1.0], [0.5, 3.0]])
u, v = np.array([1.0, -2.0, 3.0]), np.array([4.0, 0.5, -1.0])
w = np.array([2.0, 5.0])
NAMES = {
    "A": A,
    "M": M,
    "u": u,
    "v": v,
    "w": w,
    "a": 2.0,
    "b": 3.0,
    "c": 5.0,
    "n": 7,
    "m": 3,
    "p": 2,
    "s": 4,
    "q": np.array([2, 0, 1]),
    "f": lambda x: x * x + 1,
    "g": lambda x, y: x - 2 * y,
    "h": Seq(np.array([[1.0, 2.0], [3.0, 5.0], [8.0, 9.0]]), 1, 0),
    "z": Seq(u, start=0, outside=0),
    "x_p": u,
    "W_h": M,
    "d_k": 9,
    "S": np.array([0, 2]),
    "K": [M, A],
    "lam": 0.5,
    "eps": 0.25,
    "relu": lambda x: np.maximum(x, 0),
    "y_hat": v,
    "e_t": 11.0,
    "v_star": 7.0,
    "k_plus": 10.0,
    "x_max": 6.0,
    "k_before": u,
    "step_num": 10,
}

READ = [
    # As papers print it.
    (r"[1 - a]_+ + (b - 1)_+", 2),
    (r"a \left[c - b\right]_+^2", 8),
    (r"v_* + k_+", 17),
    (r"\mathbb{1}(a < b) + \mathbb{1}_{[a = b]} + \mathbb{I}\{n > m\}", 2),
    (r"\hat{\mathbb{E}}_i[u_i v_i]", 0),
    (r"\mathbb{E}_{i,j}[A_{ij}] a", 22 / 3),
    (r"\sum_{\substack{i, j \\ i + j = 2}} A_{ij}", 8),
    (r"\sum_{i, j \,:\, i + j = 2} A_{ij}", 8),
    (r"\sum_{i \in [0, 1, \dots, p]} u_i", 2),
    (r"\text{step\_num} + \mathit{step\_num}", 20),
    (r"b / f(a)", 0.6),
    (r"b / \sigma(0)", 6),
    (r"\log 2\pi", np.log(2 * np.pi)),
    (r"h_{1,1} (a + b)", 10),
    (r"h_1^\top (h_2 + h_3)", 39),
    (r"h_{2|1} - h_{2 \mid 0}", 2),
    (r"2^{(b-1)} + e^{(a-2)}", 5),
    (r"\underset{i}{\max} u_i", 3),
    (r"\underset{i \in \{0, 1\}}{\arg\min} \, (u_i)", 1),
    (r"\sum_{i=0,2} u_i", 4),
    (r"\min_{j=0,1} h_1(j)", 1),
    (r"\sum_{i=0, i \ne 1}^{2} u_i", 4),
    (r"x_{\max} - x^{\max} / 2 + k_{<2}", 6),
    (r"\det((M^\top M)^{1/2} (M^\top M)^{-\frac{1}{2}})", 1),
    (r"w^\top [a, b]", 19),
    # Numbers, signs and products.
    ("2 + 3 - 1", 4),
    ("-a + b", 1),
    ("+a", 2),
    ("2 a b", 12),
    (r"2 \cdot a \times b", 12),
    ("a b / c", 6 / 5),
    ("1/2", 0.5),
    (".5 a", 1),
    (r"\frac12 a", 1),
    (r"\frac1{b}", 1 / 3),
    (r"\tfrac{a}{b}", 2 / 3),
    (r"\dfrac{a + b}{c}", 1),
    ("-a^2", -4),
    ("(-a)^2", 4),
    ("2^{-1}", 0.5),
    ("a^{b}", 8),
    ("{a}^2", 4),
    (r"\sqrt{a + 2}", 2),
    (r"\sqrt[3]{8}", 2),
    (r"\sqrt2 \sqrt2", 2),
    ("(a + b)(b + c)", 40),
    ("a(b + c)", 16),
    (r"a \left( b + c \right)", 16),
    (r"a \bigl[ b + c \bigr]", 16),
    (r"7 \bmod 4", 3),
    (r"(n + m) \bmod s", 2),
    # Functions.
    (r"\exp(a)", np.exp(2)),
    ("e^a", np.exp(2)),
    (r"e^{-a}", np.exp(-2)),
    (r"\log a", np.log(2)),
    (r"\ln(a b)", np.log(6)),
    (r"\log_2 8", 3),
    (r"\log_{10}(100)", 2),
    (r"\log \frac{a}{b}", np.log(2 / 3)),
    (r"b \log a", 3 * np.log(2)),
    (r"\log f(a)", np.log(5)),
    (r"\log \sum_i u_i^2", np.log(14)),
    (r"\sin^2(a) + \cos^2(a)", 1),
    (r"\tanh a", np.tanh(2)),
    (r"\sigma(0)", 0.5),
    ("f(a)", 5),
    ("f(a)^2", 25),
    ("g(a, b)", -4),
    (r"g(a \mid b)", -4),
    (r"\operatorname{relu}(-a)", 0),
    (r"\text{relu}(a)", 2),
    (r"\max(a, b, 1)", 3),
    (r"\min\{a, b\}", 2),
    (r"\max(u)", 3),
    (r"|{-a}|", 2),
    (r"\lvert a - b \rvert", 1),
    (r"\left| a - b \right| a", 2),
    (r"|a - b| |b - c|", 2),
    (r"\lfloor 7/2 \rfloor", 3),
    (r"\left\lceil \frac{n}{2} \right\rceil", 4),
    (r"f'(a)", 4),
    (r"f''(a)", 2),
    # Vectors and matrices.
    (r"u^\top v", 0),
    (r"u \cdot v", 0),
    (r"\langle u, v \rangle", 0),
    (r"(u v^\top)_{0,1}", 0.5),
    (r"(A u)_1", 15),
    (r"[A u]_1", 15),
    (r"w^\top A u", 87),
    (r"(w^\top A)_{0,2}", 41),
    (r"(u \odot v)_2", -3),
    (r"(u^2)_1", 4),
    (r"(M^{-1} M)_{0,0}", 1),
    (r"(M^{\odot 2})_{0,0}", 4),
    (r"\lVert u \rVert^2", 14),
    (r"\|u\|_1", 6),
    (r"\|u\|_\infty", 3),
    (r"\|A\|_F^2", 104),
    (r"\operatorname{tr}(M)", 5),
    (r"\det(M)", 5.5),
    (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}_{1,0}", 3),
    (r"(M \begin{bmatrix} a \\ b \end{bmatrix})_0", 7),
    (r"([w, u])_3", -2),
    (r"(\frac{u}{v})_0", 0.25),
    # Indices.
    ("u_2", 3),
    ("u_{m-1}", 3),
    ("u[1]", -2),
    ("A_{1,2}", 7),
    ("A[1, 2]", 7),
    ("u_{q_0}", 3),
    ("u_{q[0]}", 3),
    ("(h^{(2)})_1", 5),
    ("h^{(2)}_1", 5),
    ("h_{m,1}", 9),
    ("h^{[m]}_1", 9),
    (r"h^{\langle m \rangle}_1", 9),
    ("h^{(4)}_1", 0),
    ("z_{-1}", 0),
    ("K^{(1)}_{1,2}", 7),
    # Bound letters.
    (r"\sum_{i=0}^{2} u_i", 2),
    (r"\sum_i u_i v_i", 0),
    (r"\sum_i u_i + a", 4),
    (r"\sum_{i,j} A_{ij}", 22),
    (r"\sum_{i=0}^1 \sum_{j=0}^2 A_{i,j}", 22),
    (r"\sum_{i=0,\dots,2} u_i", 2),
    (r"\sum_{0 \le i < 2} u_i", -1),
    (r"\sum_{i \in S} u_i", 4),
    (r"\sum_{i \in \{0, 2\}} u_i", 4),
    (r"\sum_{i \in \{1, \dots, 2\}} u_i", 1),
    (r"\sum_{i < j} u_i v_j", 1.5),
    (r"\sum_i \sum_{j \ne i} u_i v_j", 7),
    (r"\sum_{k=-\infty}^{\infty} z_{2-k} k", 1 * 2 - 2),
    (r"\sum_{k=0}^\infty a^k z_k", 9),
    (r"\sum_{i=3}^{2} u_i", 0),
    (r"\prod_{i=1}^{3} i", 6),
    (r"\prod_{i=3}^{2} i", 1),
    (r"\max_i u_i", 3),
    (r"\max_{i=0,\dots,1} u_i", 1),
    (r"\min_j v_j", -1),
    (r"\arg\max_j v_j", 0),
    (r"\operatorname*{arg\,max}_j u_j", 2),
    (r"\sum_{j'} u_{j'}", 2),
    (r"\mathbb{E}_{x \sim u}[x^2]", 14 / 3),
    # Conditions.
    (
        r"\begin{cases} a & \text{if } b > c \\ "
        r"b & \text{otherwise} \end{cases}",
        3,
    ),
    (r"\begin{cases} a, & 0 < b < c, \\ b, & b \ge c. \end{cases}", 2),
    (
        r"\begin{cases} 1 & a > 1 \text{ and } b < 1 \\ "
        r"0 & \text{else} \end{cases}",
        0,
    ),
    (r"[a = 2]", 1),
    (r"\mathbb{1}[a > b]", 0),
    (r"\mathbf{1}_{a < b}", 1),
    (r"\mathbb{1}\{a \ne b\}", 1),
    (r"\sum_i u_i [i = 1]", -2),
    # Names, and what is presentational.
    (r"\lambda a", 1),
    (r"\varepsilon", 0.25),
    (r"\hat{y}_1", 0.5),
    (r"\mathbf{W}^{(h)}_{0,1}", 1),
    (r"x^p_1", -2),
    (r"\sqrt{d_k}", 3),
    (r"e_t", 11),
    (r"\underbrace{a + b}_{\text{sum}}", 5),
    (r"a \; b \, c \tag{1} \label{eq:one}", 30),
]


@pytest.mark.parametrize(("latex", "value"), READ, ids=[r[0] for r in READ])
def test_reading(latex: str, value: float) -> None:
    result = check(f"r = {latex}", NAMES | {"r": float(value)})
    assert result.comparisons == 1


@pytest.mark.parametrize(("latex", "value"), READ, ids=[r[0] for r in READ])
def test_another_value_is_rejected(latex: str, value: float) -> None:
    with pytest.raises(EquationError, match="not equal") as caught:
        check(f"r = {latex}", NAMES | {"r": float(value) + 0.125})
    assert caught.value.kind == "value"


REFUSED = [
    # Two readings.
    ("a / w (b)", "two readings"),
    ("a / b (c)", "two readings"),
    (r"\log 2\pi a", "two readings"),
    (r"f(a)_+", "not supported"),
    (r"\sum_{i \in \{0, 2, \dots, 4\}} z_i", "go up by one"),
    (r"\nabla f", "write .nabla_x"),
    ("a / b c", "two readings"),
    (r"a / b \cdot c", "two readings"),
    (r"\log a b", "two readings"),
    (r"\log(a)^2", "two readings"),
    (r"\log a (b)", "two readings"),
    (r"a b \bmod c", "two readings"),
    (r"\prod_i u_i a", "two readings"),
    (r"\max_i u_i / a", "two readings"),
    (r"\frac{a}{b}^2", "two readings"),
    ("{a b}^2", "two readings"),
    ("M^2", "two readings"),
    ("M^{1/2}", "two readings"),
    (r"(M^\top - M)^{1/2} (M - M)^{1/2}", "two readings"),
    (r"(M - M)^{1/2}", "that has none"),
    (r"\underset{}{\max} u_i", "without a letter"),
    (r"\sum_{i \ne 1}^{2} u_i", "an upper limit"),
    (r"\sum_{i=0} u_i", "without an upper limit"),
    (r"\|M\|", "two readings"),
    (r"\lvert u \rvert", "two readings"),
    (r"u_0 \odot M u", "two readings"),
    (r"M w \odot w", "two readings"),
    (r"u \times v", "two readings"),
    ("u(1)", "two readings"),
    ("A_{12}", "outside 0..1"),
    (r"\sum_i A_{im}", "two readings"),
    (r"x^23", "two readings"),
    (r"\frac123", "two readings"),
    (r"1e-5", "not a number in LaTeX"),
    # No reading.
    ("y + 1", "unknown name: y is not bound"),
    (r"\mathbf{W}^{(x)}", "unknown name: W_x or W is not bound"),
    ("f + 1", "is a function"),
    ("u v", "matrix product"),
    ("A v w", "shapes"),
    (r"A + u", "only numbers combine"),
    ("A_{2,0}", "index 2 is outside 0..1 of axis 0"),
    ("u_{-1}", "index -1 is outside"),
    ("u_{1/2}", "must be a whole number"),
    ("u_{a}", "must be a whole number"),
    ("u_{0,1}", "2 indices on an array of shape"),
    (r"\sum_{n=0}^{2} u_n", "in use already"),
    (r"\sum_i \sum_i u_i", "in use already"),
    (r"\sum_i a", "no range for the letter i"),
    (r"\sum_i u_i w_i", "axes that differ"),
    (r"\sum_{i=0}^{\infty} u_i", "zero outside"),
    (r"\sum_{k=-\infty}^{\infty} (z_k + 1)", "the infinite sum goes on"),
    (r"\sum_{i=0}^{a} u_i", "whole bounds"),
    (r"\sum_{i=0}^{10^9} a", "too many"),
    (r"u_0 + \dots + u_2", "an ellipsis"),
    (r"a^\top", "no transpose"),
    (r"\sqrt{-1}", "not defined"),
    (r"1 / (a - 2)", "division by zero"),
    (r"\begin{cases} a & b > c \end{cases}", "no case holds"),
    (r"\begin{cases} a & b > 0 \\ b & b > 1 \end{cases}", "two cases hold"),
    (r"(a > b)", "write [...]".replace("[", r"\[").replace("]", r"\]")),
    (r"\arg\max_i (u_i)^0", "two letters"),
    (r"\mathbb{E}_{x \sim a}[x]", "bound array of samples"),
    (r"\mathbb{E}[u]", "unknown name: E"),
    ("e^2", None),
    # Unsupported, named with what to write.
    (r"a \pm b", r"\\pm is not supported: write two rows"),
    (r"a \oplus b", r"\\oplus is not supported: write \+"),
    (r"u \otimes v", r"write \\odot entry by entry, or x y"),
    (r"u \circ v", r"\\circ is not supported: write \\odot"),
    (r"u * v", r"\* is not supported while no function convolve"),
    (r"u \star v", "no function correlate"),
    (r"\int_0^1 a", r"\\int is not supported"),
    (r"\binom{a}{b}", r"\\binom is not supported"),
    ("n!", "factorial"),
    (r"a ⊙ b", r"write \\odot"),
    (r"\left. a \right|", "is not supported"),
    (r"\foo{a}", r"\\foo is not supported"),
    (r"\begin{array}{c} a \end{array}", "environment array"),
    ("a % b", "comments"),
    ("x_{1:3}", "x_span"),
    # Not well formed.
    ("(a + b", "not closed"),
    ("(a + b]", r"expected \) or a comma"),
    ("a + ", "ends too early"),
    ("a_1_2", "double subscript"),
    ("a^1^2", "double superscript"),
    (r"\frac{a}", "ends too early"),
    ("|a", "not closed"),
    ("a b)", "cannot stand here"),
    (r"\begin{cases} a", "ends too early"),
    ("a^{}", "empty superscript"),
    (r"\sum a", "without a letter"),
    ("{" * 60 + "a" + "}" * 60, "nested more than 40 deep"),
]


@pytest.mark.parametrize(
    ("latex", "reason"), REFUSED, ids=[r[0][:40] for r in REFUSED]
)
def test_refusal(latex: str, reason: str | None) -> None:
    names = NAMES | {"r": 1.5}
    if reason is None:
        names["e"], reason = 4.0, "e is bound"
    with pytest.raises(EquationError, match=reason) as caught:
        check(f"r = {latex}", names)
    assert caught.value.kind != "value"


def test_unsupported_is_an_equation_error() -> None:
    with pytest.raises(Unsupported):
        check(r"a = b \circ c", {"a": 1.0, "b": 1.0, "c": 1.0})


def test_bound_T_refuses_the_plain_transpose() -> None:
    names = {"y": M.T, "M": M}
    assert check("y = M^T", names).comparisons == 4
    with pytest.raises(Unsupported, match="while T is bound"):
        check("y = M^T", names | {"T": 3})


def test_bound_d_refuses_the_upright_differential() -> None:
    rows = r"y = x^3 \\ \frac{dy}{dx} = 3 x^2"
    assert check(rows, {"x": 2.0, "y": 8.0}).comparisons == 2
    with pytest.raises(EquationError, match="d is bound"):
        check(rows, {"x": 2.0, "y": 8.0, "d": 1})


def test_star_is_the_bound_convolution() -> None:
    x, k = np.array([1.0, 2.0, 4.0]), np.array([3.0, -1.0])
    names = {"x": Seq(x, 0, 0), "w": Seq(k, 0, 0)}
    names["convolve"] = lambda a, b: np.convolve(a.values, b.values)
    row = r"(x * w)_i = \sum_{k=-\infty}^{\infty} x_{i-k} w_k"
    assert check(row, names).comparisons == 4
    with pytest.raises(EquationError, match="not equal"):
        check(row.replace("i-k", "i+k"), names)
