namespace Tieline.Filtering;

/// <summary><c>Filter</c></summary>
internal sealed class FilterOptions
{
    public const string Section = "Filter";

    /// <summary>An event is kept when one of these fits it.</summary>
    /// <value><c>conversation.state</c> in <c>completed</c>, <c>abandoned</c>, <c>transfer</c>; and every <c>routing.queue</c></value>
    public IList<FilterRuleOptions> Rules { get; set; } =
    [
        new() { Type = "conversation.state", States = ["completed", "abandoned", "transfer"] },
        new() { Type = "routing.queue" },
    ];
}

/// <summary><c>Filter:Rules:*</c></summary>
internal sealed class FilterRuleOptions
{
    /// <summary>The event's type, exactly. Required.</summary>
    public string Type { get; set; } = "";

    /// <summary>The event's state is one of these; empty: any, and none.</summary>
    public IList<string> States { get; set; } = [];

    /// <summary>The event's media type is one of these; empty: any, and none.</summary>
    public IList<string> MediaTypes { get; set; } = [];

    /// <summary>The event's queue id is one of these; empty: any, and none.</summary>
    public IList<string> Queues { get; set; } = [];
}
