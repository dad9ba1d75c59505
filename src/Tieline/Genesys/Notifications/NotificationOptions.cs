namespace Tieline.Genesys;

/// <summary><c>Genesys:Notifications</c></summary>
internal sealed class NotificationOptions
{
    /// <summary>Stands for every queue there is, now and later.</summary>
    public const string Every = "*";

    /// <summary>Queues to listen to: ids, names, or <c>*</c> for every one, found by itself.</summary>
    /// <value><c>["*"]</c></value>
    public IList<string> Queues { get; set; } = [Every];

    /// <summary>Ids of users whose conversations to listen to, outside queues too.</summary>
    public IList<string> Users { get; set; } = [];

    /// <summary>Further topics, as Genesys writes them.</summary>
    public IList<string> Topics { get; set; } = [];
}
