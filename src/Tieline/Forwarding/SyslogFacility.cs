namespace Tieline.Forwarding;

/// <summary>The facilities of RFC 5424 that an audit trail is sent under.</summary>
internal enum SyslogFacility
{
    /// <summary>"Security/authorization messages", private.</summary>
    AuthPriv = 10,

    /// <summary>"Log audit".</summary>
    Audit = 13,

    Local0 = 16,
    Local1 = 17,
    Local2 = 18,
    Local3 = 19,
    Local4 = 20,
    Local5 = 21,
    Local6 = 22,
    Local7 = 23,
}
