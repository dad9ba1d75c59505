using System.Text;
using Tieline.Service.Commands.Demo;

namespace Tieline.Service.Tests.Commands.Demo;

public sealed class PersonalDataSearchTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tieline-search-");
    private readonly PersonalDataSearch _search = new(["Example", "+1555", "15550100"]);

    [Fact]
    public void It_finds_a_marker_among_bytes_that_are_no_text()
    {
        byte[] bytes = [0, 0xFF, 0xFE, .. "Example"u8, 0];

        _search.Search("journal", new MemoryStream(bytes));

        _search.Hits.ShouldHaveSingleItem().ShouldBe(new PersonalDataHit("journal", "Example", 3));
    }

    [Theory]
    [InlineData((1 << 20) - 3)]
    [InlineData((2 << 20) - 3)]
    [InlineData((3 << 20) + 5)]
    public void It_finds_one_wherever_the_chunks_are_cut(int offset)
    {
        var bytes = new byte[4 << 20];
        Encoding.ASCII.GetBytes("Example", bytes.AsSpan(offset));

        _search.Search("journal", new MemoryStream(bytes));

        _search.Hits.ShouldHaveSingleItem().Offset.ShouldBe(offset);
        _search.BytesSearched.ShouldBe(bytes.Length);
    }

    [Fact]
    public void It_finds_one_that_is_the_whole_file()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "wal"), "Example");

        _search.SearchDirectory(_directory.FullName, inUse: false);

        _search.Hits.ShouldHaveSingleItem().Where.ShouldBe($"{_directory.Name}/wal");
    }

    [Fact]
    public void Digits_within_a_hash_are_no_telephone_number()
    {
        _search.SearchText("audit", "{\"payloadHash\":\"ab1555010012cdef\",\"hash\":\"0f15550100aabbccddeeff00112233\"}");
        _search.Hits.ShouldBeEmpty();

        _search.SearchText("audit", "\"tel:15550100123\"");
        _search.Hits.ShouldHaveSingleItem().Marker.ShouldBe("15550100");
    }

    [Fact]
    public void A_hash_before_it_does_not_hide_it()
    {
        _search.SearchText("audit", "0f15550100aabbccddeeff00112233 15550100123");

        _search.Hits.ShouldHaveSingleItem().Offset.ShouldBe(31);
    }

    [Fact]
    public void A_file_in_use_is_left_for_later_only_when_it_may_be()
    {
        using var locked = new FileStream(Path.Combine(_directory.FullName, "lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        _search.SearchDirectory(_directory.FullName, inUse: true);
        Should.Throw<IOException>(() => _search.SearchDirectory(_directory.FullName, inUse: false));
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
