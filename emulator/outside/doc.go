// Package outside is the world around the system: restaurants, couriers and a
// payment provider, as real HTTP servers and clients. They can be told to be slow,
// to fail, to refuse and to be gone.
//
//	PUT /behaviours/{name}  {"delay":"2s","fail":0.3,"gone":false,"refuse":true,"ignore":false}
//
// sets how the restaurant or consumer with a name is treated, "*" all others.
package outside
