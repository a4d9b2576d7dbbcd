"""Form parameters with brackets, and what is refused in them."""

import pytest

from config.dev.stripe_simulator.errors import ApiError
from config.dev.stripe_simulator.parameters import Parameters, Tree, parse


@pytest.mark.parametrize(
    ("encoded", "tree"),
    [
        ("", {}),
        ("a=1&b=two+words", {"a": "1", "b": "two words"}),
        ("a%5Bb%5D%5Bc%5D=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[0][b]=1&a[1][b]=2", {"a": {"0": {"b": "1"}, "1": {"b": "2"}}}),
        ("a[]=1&a[]=2", {"a": {"0": "1", "1": "2"}}),
        ("a=%7BID%7D%C3%A9", {"a": "{ID}é"}),
    ],
)
def test_brackets_become_a_tree(encoded: str, tree: Tree) -> None:
    assert parse(encoded) == tree


@pytest.mark.parametrize(
    "encoded",
    ["a[b=1", "[a]=1", "a]b[=1", "a=1&a[b]=2", "a" + "[b]" * 9 + "=1", "a=%FF", "a&b"],
)
def test_what_is_no_form_is_refused(encoded: str) -> None:
    with pytest.raises(ApiError):
        parse(encoded)


def test_what_nobody_read_is_refused_at_every_level() -> None:
    params = Parameters(parse("amount=5&data[note]=x&data[name]=y"))
    params.whole("amount")
    data = params.within("data")
    assert data is not None
    data.text("note")

    with pytest.raises(ApiError) as refused:
        params.finish()

    assert refused.value.error["code"] == "parameter_unknown"
    assert refused.value.error["param"] == "data[name]"


@pytest.mark.parametrize("value", ["", "1.5", "x", "-1", "1e3", "100000000", "٣"])
def test_an_amount_is_whole_cents(value: str) -> None:
    with pytest.raises(ApiError):
        Parameters({"amount": value}).whole("amount")


def test_an_array_is_read_in_the_order_of_its_numbers() -> None:
    params = Parameters(parse("a[10]=ten&a[2]=two&a[1]=one"))

    assert params.texts("a") == ["one", "two", "ten"]


@pytest.mark.parametrize(
    "metadata",
    ["plain", {"k" * 41: "v"}, {"k": "v" * 501}, {str(n): "v" for n in range(51)}, {"k": {}}],
)
def test_metadata_over_its_bounds_is_refused(metadata: Tree | str) -> None:
    with pytest.raises(ApiError):
        Parameters({"metadata": metadata}).metadata()
