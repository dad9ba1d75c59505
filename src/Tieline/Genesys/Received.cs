namespace Tieline.Genesys;

/// <summary>What came over a socket.</summary>
internal enum Received
{
    /// <summary>A whole text frame, in <see cref="StreamSocket.Frame"/>.</summary>
    Frame,

    /// <summary>A text frame over <see cref="FrameBuffer.MaxFrame"/>, read to its end and let go.</summary>
    TooBig,

    /// <summary>A binary frame, read to its end and let go.</summary>
    Binary,

    /// <summary>Nothing more will: see <see cref="StreamSocket.End"/>.</summary>
    End,
}
