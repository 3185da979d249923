"""People who wait for a host: noted, told of, admitted."""
