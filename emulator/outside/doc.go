// Package outside is the world around the system: restaurants, couriers and a
// payment provider, as real HTTP servers and clients. They can be told to be slow,
// to fail and to refuse.
//
//	PUT /behaviours/{name}  {"delay":"2s","fail":0.3,"refuse":true,"ignore":false}
//
// sets how the restaurant or consumer with a name is treated, "*" all others.
package outside
